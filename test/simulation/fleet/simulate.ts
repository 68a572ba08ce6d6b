import { availableParallelism } from "node:os";
import type { Crash } from "./boundaries.ts";
import { pastFailures } from "./corpus.ts";
import { type PlatformName, platforms } from "./host-profile.ts";
import { interleavingNames } from "./interleavings.ts";
import type { Job } from "./jobs.ts";
import type { Options } from "./options.ts";
import { Pool } from "./pool.ts";
import type { Narrowed } from "./swarm.ts";
import { Tally } from "./tally.ts";

export interface Wanted {
  readonly seeds: Iterable<Job>;
  readonly boundariesOf: readonly PlatformName[];
  /** No world is begun after this many seconds. */
  readonly withinSeconds?: number;
  readonly jobs?: number | undefined;
}

export const narrowedBy = ({ platform, chain }: Options): Narrowed => ({ platform, chain });

export function* seedsFrom(from: number, count: number, narrowed: Narrowed): Generator<Job> {
  for (let seed = from; seed < from + count; seed += 1) yield { kind: "seed", seed, narrowed };
}

export function* pastSeeds(): Generator<Job> {
  for (const { seed, platform } of pastFailures) yield { kind: "seed", seed, narrowed: { platform } };
}

function* crashesIn(crashes: readonly Crash[]): Generator<Job> {
  for (const crash of crashes) yield { kind: "crash", crash };
}

const jobsDefault = () => Math.min(4, availableParallelism());

/** Seconds that seeds get, however long the boundaries took. */
const leastSeconds = 20;

/** Failures after which no more worlds are begun: what else is wrong is seen once these are mended. */
const enough = 10;

/** Runs everything that is wanted on all cores, and says what came of it. */
export async function simulate(
  { seeds, boundariesOf, withinSeconds, jobs }: Wanted,
  progress: (text: string) => void,
): Promise<Tally> {
  const tally = new Tally();
  const pool = new Pool(jobs ?? jobsDefault());
  const ended = (outcome: Parameters<Tally["add"]>[0], crashes: Crash[] = []) => {
    tally.add(outcome);
    if (outcome.crashes) crashes.push(...outcome.crashes);
    progress(`${tally.worlds} worlds, ${tally.crashes} crash runs, ${tally.failed.length} failures`);
  };
  const runAll = (all: Iterable<Job>, crashes?: Crash[], untilSeconds = Number.POSITIVE_INFINITY) => {
    const left = all[Symbol.iterator]();
    const isOver = () => tally.failed.length >= enough || tally.seconds >= untilSeconds;
    const next = () => (isOver() ? undefined : (left.next().value as Job | undefined));
    return pool.run(next, (outcome) => ended(outcome, crashes));
  };
  try {
    const crashes: Crash[] = [];
    await runAll(
      boundariesOf.map((platform): Job => ({ kind: "list-crashes", platform })),
      crashes,
    );
    await runAll(crashesIn(crashes));
    if (boundariesOf.length > 0) await runAll(interleavingNames.map((name): Job => ({ kind: "interleaving", name })));
    // However slow the machine is: every boundary is crashed at, and some worlds follow.
    await runAll(seeds, undefined, withinSeconds && Math.max(withinSeconds, tally.seconds + leastSeconds));
  } finally {
    await pool.close();
    tally.end();
  }
  return tally;
}

export const platformsOf = ({ platform }: Options): readonly PlatformName[] => (platform ? [platform] : platforms);
