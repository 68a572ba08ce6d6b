import type { HostProfile } from "./host-profile.ts";
import type { SimProcess } from "./sim-process.ts";
import type { Timeline } from "./timeline.ts";

/** What a process is there for; on one machine one is there for everything. */
export type Role = "worker" | "timer" | "door";

export interface ProcessParts {
  readonly timeline: Timeline;
  readonly profile: HostProfile;
  readonly random: { below(bound: number): number };
  readonly spawn: (name: string) => SimProcess;
}

/** The processes of a host. One that ends is replaced after a while. */
export class Processes {
  readonly #parts: ProcessParts;
  readonly #freed: () => void;
  readonly #workers: (SimProcess | undefined)[];
  readonly #others = new Map<Role, SimProcess>();
  /** Replaced while they were at work. */
  #retired: SimProcess[] = [];
  #spawned = 0;

  /** @param freed called when one may have room for work */
  constructor(parts: ProcessParts, freed: () => void) {
    this.#parts = parts;
    this.#freed = freed;
    this.#workers = Array.from({ length: parts.profile.processes }, () => undefined);
  }

  /** Deliveries and timers at work in living processes. */
  get running(): number {
    return this.all().reduce((sum, process) => sum + process.running, 0);
  }

  all(): readonly SimProcess[] {
    const workers = this.#workers.flatMap((process) => process ?? []);
    return [...workers, ...this.#others.values(), ...this.#retired].filter((process) => process.isAlive);
  }

  /** A worker with room; undefined when all are at work, frozen or starting. */
  free(): SimProcess | undefined {
    const { profile, random, timeline } = this.#parts;
    const offset = random.below(this.#workers.length);
    for (let index = 0; index < this.#workers.length; index += 1) {
      const place = (index + offset) % this.#workers.length;
      const process = this.#workers[place] ?? this.#spawnWorker(place);
      if (!process.isAlive || process.running >= profile.perProcess) continue;
      if (process.frozenUntilMs <= timeline.nowMs) return process;
      timeline.at(process.frozenUntilMs, () => this.#freed());
    }
    return undefined;
  }

  /** Undefined while it is frozen or starting. */
  of(role: Role): SimProcess | undefined {
    const process =
      this.#parts.profile.processes === 1 ? (this.#workers[0] ?? this.#spawnWorker(0)) : this.#other(role);
    return process.isAlive && process.frozenUntilMs <= this.#parts.timeline.nowMs ? process : undefined;
  }

  crash(process: SimProcess): void {
    if (!process.isAlive) return;
    process.die();
    process.running = 0;
    const place = this.#workers.indexOf(process);
    this.#parts.timeline.after(this.#parts.profile.restartMs, () => {
      if (place >= 0) this.#workers[place] = undefined;
      else for (const [role, one] of this.#others) if (one === process) this.#others.delete(role);
      this.#freed();
    });
  }

  /** Replaces all, as a rollout or a restart does: those at work end their work first. */
  retire(): void {
    this.#retired = this.all().filter((process) => process.running > 0);
    this.#workers.fill(undefined);
    this.#others.clear();
    this.#freed();
  }

  #spawnWorker(place: number): SimProcess {
    const process = this.#spawn("w");
    this.#workers[place] = process;
    return process;
  }

  #other(role: Role): SimProcess {
    const known = this.#others.get(role);
    if (known) return known;
    const process = this.#spawn(role);
    this.#others.set(role, process);
    return process;
  }

  #spawn(kind: string): SimProcess {
    this.#spawned += 1;
    return this.#parts.spawn(`${kind}${this.#spawned}`);
  }
}
