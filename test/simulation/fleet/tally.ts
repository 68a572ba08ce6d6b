import { knownDefectOf } from "./corpus.ts";
import type { IoFault } from "./faults.ts";
import type { Outcome } from "./jobs.ts";

const hourMs = 3_600_000;

/** What many runs together have covered, and what they have found. */
export class Tally {
  readonly seen = new Map<string, number>();
  readonly strikes = new Map<string, Set<IoFault>>();
  readonly outcomes = new Map<string, number>();
  readonly errands = new Map<string, number>();
  readonly failed: Outcome[] = [];
  readonly known = new Map<string, number>();
  /** Boundaries that runs without faults passed through: `platform step port.operation`. */
  readonly wanted = new Set<string>();
  worlds = 0;
  crashes = 0;
  operations = 0;
  ios = 0;
  workingHours = 0;
  hours = 0;
  readonly startedAt = performance.now();
  #endedAt: number | undefined;

  add(outcome: Outcome): void {
    const { job, platform, seen, strikes, violations, error } = outcome;
    if (job.kind === "seed") this.worlds += 1;
    if (job.kind === "crash" || job.kind === "interleaving") this.crashes += 1;
    if (job.kind === "list-crashes") for (const [key] of seen) this.wanted.add(`${platform} ${key}`);
    this.operations += outcome.operations;
    this.ios += outcome.ios;
    this.workingHours += outcome.virtualMs / hourMs;
    this.hours += outcome.totalMs / hourMs;
    for (const [key, count] of seen) addTo(this.seen, `${platform} ${key}`, count);
    for (const [key, faults] of strikes) {
      const place = `${platform} ${key}`;
      this.strikes.set(place, (this.strikes.get(place) ?? new Set<IoFault>()).union(new Set(faults)));
    }
    for (const [name, count] of outcome.outcomes) addTo(this.outcomes, name, count);
    for (const [name, count] of outcome.errands) addTo(this.errands, name, count);
    if (error !== undefined || violations.length > 0) this.#found(outcome);
  }

  #found(outcome: Outcome): void {
    const open = outcome.error === undefined ? knownDefectOf(outcome.violations) : undefined;
    if (open) addTo(this.known, open.name, 1);
    else this.failed.push(outcome);
  }

  isCrashed(place: string): boolean {
    const strikes = this.strikes.get(place);
    return strikes?.has("crash-before") === true && strikes.has("crash-after");
  }

  /** What follows is no simulation any more. */
  end(): void {
    this.#endedAt = performance.now();
  }

  get seconds(): number {
    return ((this.#endedAt ?? performance.now()) - this.startedAt) / 1000;
  }
}

export function addTo(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
