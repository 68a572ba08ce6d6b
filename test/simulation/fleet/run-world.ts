import { isOver } from "./checked-world.ts";
import { Coverage } from "./coverage.ts";
import { Director } from "./director.ts";
import type { FaultSource } from "./faults.ts";
import { idempotencyMs, retainMs } from "./host-profile.ts";
import { atTheEnd } from "./oracles/at-the-end.ts";
import type { Violation } from "./verdicts.ts";
import { FleetWorld } from "./world.ts";
import type { WorldPlan } from "./world-plan.ts";

export interface Ran {
  readonly plan: WorldPlan;
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  /** From the first request to the end of the last operation. */
  readonly virtualMs: number;
  /** With the time until everything was forgotten. */
  readonly totalMs: number;
  readonly trace: {
    readonly digest: string;
    readonly count: number;
    readonly newest: (count: number) => readonly string[];
  };
  readonly outcomes: ReadonlyMap<string, number>;
  readonly operations: number;
  readonly errands: ReadonlyMap<string, number>;
}

const dayMs = 86_400_000;
/** Longest time in which everything ends once nothing goes wrong any more: a deadline of days, a grace, a turn that was waited for. */
export const longestQuietMs = 12 * dayMs;

/** Plays one world from its first request to the end of everything. */
export async function runWorld(
  plan: WorldPlan,
  faults: FaultSource & { end?(): void },
  coverage: Coverage = new Coverage(),
): Promise<Ran> {
  const world = new FleetWorld(plan, faults, coverage);
  const director = new Director(world);
  director.begin();
  await world.run(() => false, plan.activeMs);
  becalm(world, faults);
  const quiet = await world.run(() => isQuiet(world), plan.activeMs + longestQuietMs);
  const virtualMs = world.timeline.nowMs;
  const outcomes = count(world.everyOperation().map(({ outcome, state }) => outcome ?? state));
  const operations = world.everyOperation().length;
  if (world.verdicts.violations.length === 0) {
    if (!quiet) world.reportUnended();
    atTheEnd(world, director.asked);
    if (plan.untilForgotten && world.verdicts.violations.length === 0) await forget(world);
  }
  const { trace } = world;
  return {
    ...{ plan, coverage, virtualMs, totalMs: world.timeline.nowMs, outcomes, operations },
    violations: world.verdicts.violations,
    errands: world.people.counts,
    trace: { digest: trace.digest(), count: trace.count, newest: (lines) => trace.newest(lines) },
  };
}

/** Whether nothing is under way and everything has ended. */
export const isQuiet = (world: FleetWorld): boolean =>
  world.store.messages.size === 0 && world.host.isIdle && world.isHandedOver && world.operations().every(isOver);

/** From here on nothing goes wrong any more. */
export function becalm(world: FleetWorld, faults: { end?(): void }): void {
  faults.end?.();
  world.receivers.refusedInHundred = 0;
  world.clouds.clearFaults();
  world.isDefective = false;
  if (world.plan.pauses.length === 0) return;
  // A resume that meets a frozen door is said again.
  for (const afterMs of [0, 1_800_000, 7_200_000]) {
    world.timeline.after(afterMs, () => world.people.resumeAll(world.plan.pauses.map(({ connection }) => connection)));
  }
}

async function forget(world: FleetWorld): Promise<void> {
  const isForgotten = () => [...world.store.rows.keys()].every((key) => !/^(operation|dead-letter)\//.test(key));
  await world.run(isForgotten, world.timeline.nowMs + retainMs + idempotencyMs + dayMs);
  if (isForgotten() || world.verdicts.violations.length > 0) return;
  const left = [...world.store.rows.keys()].filter((key) => /^(operation|dead-letter)\//.test(key));
  world.verdicts.report(
    "kept-and-forgotten",
    `${left.length} records are never forgotten: ${left.slice(0, 3).join(", ")}`,
  );
}

const count = (words: readonly string[]) =>
  new Map([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
