import { type Asked, Requests } from "./requests.ts";
import { schedulesEveryMs } from "./schedules.ts";
import type { FleetWorld } from "./world.ts";
import type { CloudFault, Submission } from "./world-plan.ts";

/** Makes happen what a world's plan says. */
export class Director {
  readonly #world: FleetWorld;
  readonly #requests: Requests;
  readonly asked: Asked[] = [];

  constructor(world: FleetWorld) {
    this.#world = world;
    this.#requests = new Requests(world.randomOf(7));
  }

  begin(): void {
    const { plan, timeline, people } = this.#world;
    for (const submission of plan.submissions) timeline.at(submission.atMs, () => this.#submit(submission));
    for (const fault of plan.cloudFaults) timeline.at(fault.fromMs, () => this.#strike(fault));
    for (const { atMs, queue, body } of plan.garbage) timeline.at(atMs, () => this.#world.submit(body, queue));
    for (const { atMs, forMs, connection } of plan.pauses) timeline.at(atMs, () => people.pause(connection, forMs));
    for (const { fromMs, forMs } of plan.defects) {
      timeline.at(fromMs, () => this.#setDefective(true));
      timeline.at(fromMs + forMs, () => this.#setDefective(false));
    }
    for (const { atMs, byMs } of plan.jumps) timeline.at(atMs, () => this.#jump(byMs));
    if (plan.hasSchedule) this.#lookAtSchedules();
    if (plan.rolloutAtMs !== undefined) this.#rollOut(plan.rolloutAtMs);
    if (plan.restore) this.#restore(plan.restore);
  }

  #setDefective(is: boolean): void {
    this.#world.isDefective = is;
  }

  #submit({ chain, copies, data, cancelAfterMs, cancelBy }: Submission): void {
    const world = this.#world;
    const asked = this.#requests.next(chain, data);
    if (!asked) return;
    this.asked.push(asked);
    for (let copy = 0; copy < copies; copy += 1) world.submit(asked.body);
    if (cancelAfterMs === undefined) return;
    world.timeline.after(cancelAfterMs, () => {
      if (cancelBy === "door") world.people.cancel(asked.operation);
      else world.submit(this.#requests.cancel(asked));
    });
  }

  #strike({ cloud, forMs, fault }: CloudFault): void {
    const { clouds, timeline } = this.#world;
    const target = cloud === "vaults" ? clouds.dps.vaults : clouds[cloud];
    // Each plan names faults that its own cloud knows.
    const { remove } = (target.addFault as (fault: unknown) => { remove(): void })(fault);
    timeline.after(forMs, remove);
  }

  #jump(byMs: number): void {
    for (const process of this.#world.host.processes.all()) process.skewMs += byMs;
  }

  #lookAtSchedules(): void {
    const { timeline, host, plan } = this.#world;
    const look = () => {
      host.run("timer", "schedules", (functions) => functions.runSchedules());
      if (timeline.nowMs < plan.activeMs) timeline.after(schedulesEveryMs, look);
    };
    timeline.after(schedulesEveryMs, look);
  }

  /** Half of the processes are of the next release for a while, then all; one machine goes forth, back and forth again. */
  #rollOut(atMs: number): void {
    const { timeline, host, profile } = this.#world;
    const minuteMs = 60_000;
    const shares = profile.processes === 1 ? [1, 0, 1] : [0.5, 1];
    for (const [index, share] of shares.entries()) {
      timeline.at(atMs + index * 10 * minuteMs, () => {
        this.#world.nextReleaseShare = share;
        host.processes.retire();
      });
    }
  }

  #restore({ backupAtMs, atMs }: { readonly backupAtMs: number; readonly atMs: number }): void {
    const world = this.#world;
    const { timeline, store } = world;
    let backup = store.backup();
    timeline.at(backupAtMs, () => {
      backup = store.backup();
    });
    timeline.at(atMs, () => {
      world.restore(backup);
      timeline.after(world.profile.restartMs + 1, () => this.#afterRestore());
    });
  }

  #afterRestore(): void {
    const { host, sweeps, timeline } = this.#world;
    host.run("timer", "restore", (functions) => functions.afterRestore());
    sweeps.wantedAt(timeline.nowMs + 1);
  }
}
