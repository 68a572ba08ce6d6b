import { whenFetched, whenReady } from "../../../functions/hand-over/pickup.ts";
import { handOverOf } from "../../../functions/hand-over/state.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import {
  approveOperation,
  cancelOperation,
  redrive,
  resolveOperation,
  setPaused,
} from "../../../lib/operations/commands.ts";
import { claimHandoff, sayReady } from "../../../lib/operations/pickup.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import type { FleetClouds } from "./clouds.ts";
import type { Functions } from "./functions.ts";
import type { Host } from "./host.ts";
import { retainMs } from "./host-profile.ts";
import type { Timeline } from "./timeline.ts";
import type { Report } from "./verdicts.ts";

export interface PeopleParts {
  readonly timeline: Timeline;
  readonly random: SeededRandomness;
  readonly clouds: FleetClouds;
  readonly host: Host;
  readonly rowOf: (operation: string) => OperationRecord | undefined;
  readonly wallNow: () => number;
  readonly report: Report;
  /** Out of four installers that are waited for, how many come. */
  readonly installersInFour: number;
}

interface Errand {
  readonly key: string;
  readonly afterMs: number;
  readonly step: string;
  run(functions: Functions): Promise<unknown>;
}

const minuteMs = 60_000;
const person = { by: "somebody", note: "in the simulation" };
const installer = { name: "installer", owns: true };
/** Somebody who asked and heard nothing asks again after this time. */
const patienceMs = 15 * minuteMs;
/** Times that somebody comes for one operation. */
const mostVisits = 4;

/** Those who approve, resolve, redrive, stand at devices and plug in; they see what everybody sees, and take their time. */
export class People {
  readonly #parts: PeopleParts;
  readonly #busy = new Set<string>();
  readonly #served = new Map<string, number>();
  readonly counts = new Map<string, number>();

  constructor(parts: PeopleParts) {
    this.#parts = parts;
  }

  /** A row was written: is there something for a person to do? */
  notice(row: OperationRecord): void {
    const errand = this.#errandFor(row);
    if (!errand || this.#busy.has(errand.key)) return;
    this.#busy.add(errand.key);
    const { timeline, host, rowOf } = this.#parts;
    timeline.after(errand.afterMs, () => {
      this.counts.set(errand.step, (this.counts.get(errand.step) ?? 0) + 1);
      host.run("door", `door ${errand.step}`, async (functions) => {
        // What is refused to people by now is no defect: somebody was faster.
        await errand.run(functions).catch(() => undefined);
      });
      timeline.after(patienceMs, () => {
        this.#busy.delete(errand.key);
        const now = rowOf(row.id);
        if (now) this.notice(now);
      });
    });
  }

  cancel(operation: string): void {
    this.#parts.host.run("door", "door cancel", (functions) =>
      cancelOperation(functions.ports, operation, person).catch(() => undefined),
    );
  }

  pause(connection: string, forMs: number): void {
    const say = (paused: boolean) =>
      this.#parts.host.run("door", paused ? "door pause" : "door resume", (functions) =>
        setPaused(functions.ports, connection, paused, person).catch(() => undefined),
      );
    say(true);
    this.#parts.timeline.after(forMs, () => say(false));
  }

  /** Whatever may have got lost of it: nothing stays paused. */
  resumeAll(connections: readonly string[]): void {
    for (const connection of connections) {
      this.#parts.host.run("door", "door resume", (functions) =>
        setPaused(functions.ports, connection, false, person).catch(() => undefined),
      );
    }
  }

  #within(ms: number): number {
    return 5_000 + this.#parts.random.below(ms);
  }

  #errandFor(row: OperationRecord): Errand | undefined {
    const { id } = row;
    const errand = (what: string, afterMs: number, run: Errand["run"], more = ""): Errand => ({
      ...{ key: `${id}/${what}/${more}`, step: what, afterMs, run },
    });
    if (row.outcome === "unknown" && !row.resolution) {
      return errand("resolve", this.#within(60 * minuteMs), ({ ports }) =>
        resolveOperation(ports, id, "not-done", person, retainMs),
      );
    }
    if (row.state === "ended") return undefined;
    if (row.approval && row.approval.by === undefined) {
      return errand("approve", this.#within(30 * minuteMs), ({ ports }) => approveOperation(ports, id, person));
    }
    if (row.parked) {
      const { deadLetter } = row.parked;
      return errand(
        "redrive",
        this.#within(60 * minuteMs),
        ({ ports }) => redrive(ports, deadLetter, person),
        deadLetter,
      );
    }
    return this.#atTheDevice(row, errand);
  }

  #atTheDevice(
    row: OperationRecord,
    errand: (what: string, afterMs: number, run: Errand["run"], more?: string) => Errand,
  ): Errand | undefined {
    if (!/^drover\.aws-/.test(row.request.type)) return undefined;
    const { id } = row;
    const visits = row.pickup?.ready?.count ?? 0;
    if (row.waitingFor?.code === "ready-to-mint" || handOverOf(row)?.phase === "awaiting") {
      const comes = this.#parts.random.below(4) < this.#parts.installersInFour;
      if (!comes || visits >= mostVisits) return undefined;
      const isReady = (record: OperationRecord, now: number) => whenReady(record, now, installer);
      return errand(
        "ready",
        this.#within(40 * minuteMs),
        ({ ports }) => sayReady(ports, id, isReady, person),
        `${visits}`,
      );
    }
    const state = handOverOf(row);
    if (state?.phase !== "offered" || !state.offer || this.#parts.installersInFour === 0) return undefined;
    const { id: handoff } = state.offer;
    return errand("fetch", this.#within(6 * minuteMs), (functions) => this.#fetch(functions, id), handoff);
  }

  /** As the HTTP application does it: written first, durable, then taken, then served. */
  async #fetch({ ports, handoffs }: Functions, id: string): Promise<void> {
    const rule = (record: OperationRecord, now: number) => whenFetched(record, now, installer);
    const { handoff } = await claimHandoff(ports, id, rule, { by: installer.name });
    await ports.ledger.durable();
    const taken = await handoffs.take(handoff);
    if (!taken) return;
    this.serve(handoff, taken.entry.expiresAt);
    const archive = Buffer.from(taken.content);
    const { timeline, clouds, random } = this.#parts;
    timeline.after(5_000 + random.below(200_000), () => void clouds.panorama.appliance.plugIn({ archive }));
  }

  /** Something was given to somebody, which happens once and in time. */
  serve(handoff: string, expiresAt: number): void {
    const { report, wallNow } = this.#parts;
    const times = (this.#served.get(handoff) ?? 0) + 1;
    this.#served.set(handoff, times);
    if (times > 1) report("served-once", `${handoff.slice(0, 12)} was served ${times} times`);
    if (wallNow() >= expiresAt + 60_000) report("served-once", `${handoff.slice(0, 12)} was served after its end`);
  }
}
