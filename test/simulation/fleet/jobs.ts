import type { Crash } from "./boundaries.ts";
import { crashesOf, runCrash, runDirected } from "./boundaries.ts";
import type { IoFault } from "./faults.ts";
import type { PlatformName } from "./host-profile.ts";
import { type InterleavingName, interleavings } from "./interleavings.ts";
import { type Ran, runWorld } from "./run-world.ts";
import { faultsOf, type Narrowed, planOf } from "./swarm.ts";
import type { Violation } from "./verdicts.ts";

/** Something to simulate, as one process hands it to another. */
export type Job =
  | { readonly kind: "seed"; readonly seed: number; readonly narrowed: Narrowed; readonly lines?: number }
  | { readonly kind: "list-crashes"; readonly platform: PlatformName }
  | { readonly kind: "interleaving"; readonly name: InterleavingName }
  | { readonly kind: "crash"; readonly crash: Crash; readonly lines?: number };

/** What came of it, as text and numbers alone. */
export interface Outcome {
  readonly job: Job;
  readonly platform: PlatformName;
  readonly violations: readonly Violation[];
  /** A defect of the simulation itself, or an error that no part of it expected. */
  readonly error?: string;
  readonly seen: readonly (readonly [string, number])[];
  readonly strikes: readonly (readonly [string, readonly IoFault[]])[];
  readonly outcomes: readonly (readonly [string, number])[];
  readonly errands: readonly (readonly [string, number])[];
  readonly operations: number;
  readonly virtualMs: number;
  readonly totalMs: number;
  readonly ios: number;
  readonly digest: string;
  readonly newest: readonly string[];
  readonly crashes?: readonly Crash[];
}

const nothing = {
  ...{ violations: [], seen: [], strikes: [], outcomes: [], errands: [], operations: 0 },
  ...{ virtualMs: 0, totalMs: 0, ios: 0, digest: "", newest: [] },
};

function outcomeOf(job: Job, ran: Ran, lines = 0): Outcome {
  const { plan, violations, coverage, trace, virtualMs, totalMs, operations } = ran;
  return {
    ...{ job, platform: plan.platform, violations, virtualMs, totalMs, operations },
    seen: [...coverage.seen],
    strikes: [...coverage.strikes].map(([key, faults]) => [key, [...faults]] as const),
    outcomes: [...ran.outcomes],
    errands: [...ran.errands],
    ios: trace.count,
    digest: trace.digest,
    newest: lines > 0 ? trace.newest(lines) : [],
  };
}

export async function carryOut(job: Job): Promise<Outcome> {
  try {
    return await played(job);
  } catch (error) {
    const platform = job.kind === "crash" ? job.crash.platform : "aws";
    return {
      ...nothing,
      job,
      platform,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

async function played(job: Job): Promise<Outcome> {
  if (job.kind === "seed") {
    const plan = planOf(job.seed, job.narrowed);
    return outcomeOf(job, await runWorld(plan, faultsOf(job.seed)), job.lines);
  }
  if (job.kind === "interleaving") return outcomeOf(job, await runDirected(interleavings[job.name]), 0);
  if (job.kind === "crash") return outcomeOf(job, await runCrash(job.crash), job.lines);
  const { crashes, calm } = await crashesOf(job.platform);
  const runs = calm.map(({ ran }) => ran);
  return {
    ...{ job, platform: job.platform, crashes, ...nothing },
    violations: calm.flatMap(({ scenario, ran }) =>
      ran.violations.map((violation) => ({ ...violation, detail: `${violation.detail} (scenario "${scenario}")` })),
    ),
    seen: [...new Set(runs.flatMap(({ coverage }) => [...coverage.seen.keys()]))].map((key) => [key, 1] as const),
    operations: runs.reduce((sum, { operations }) => sum + operations, 0),
    virtualMs: runs.reduce((sum, { virtualMs }) => sum + virtualMs, 0),
    totalMs: runs.reduce((sum, { totalMs }) => sum + totalMs, 0),
  };
}
