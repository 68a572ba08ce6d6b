import { performance } from "node:perf_hooks";
import { type PlatformName, platforms } from "./host-profile.ts";
import type { Job } from "./jobs.ts";
import { mutations } from "./mutations/list.ts";
import { allCaught, lookAtAll, mutationTable } from "./mutations/run.ts";
import type { Options } from "./options.ts";
import { progressOf } from "./progress.ts";
import { coverageTable, failureText, figuresText, knownText, summaryOf, uncoveredText } from "./report.ts";
import { narrowedBy, pastSeeds, seedsFrom, simulate } from "./simulate.ts";

/** Seconds after which no further world is begun; the mutations have the rest of a few minutes. */
const worldsWithinSeconds = 60;
const manySeeds = 1_000_000;

/** A first seed that nobody has seen: it is printed, and gives the same run again. */
const freshSeed = () => Math.floor(Date.now() / 1000) % 1_000_000_000;

function* both(first: Iterable<Job>, second: Iterable<Job>): Generator<Job> {
  yield* first;
  yield* second;
}

/** What every push is held to: past failures, every boundary of one platform, as many fresh seeds as time allows, all mutations. */
export async function ci(options: Options): Promise<boolean> {
  const startedAt = performance.now();
  const from = freshSeed();
  const boundariesOf: readonly PlatformName[] = [options.platform ?? platforms[from % platforms.length] ?? "aws"];
  console.log(`fresh seeds from ${from}; boundaries of ${boundariesOf.join(", ")}`);
  const seeds = both(pastSeeds(), seedsFrom(from, manySeeds, narrowedBy(options)));
  const progress = progressOf(process.stderr);
  const tally = await simulate(
    { seeds, boundariesOf, withinSeconds: worldsWithinSeconds, jobs: options.jobs },
    progress.say,
  );
  progress.end();
  console.log(coverageTable(tally));
  console.log(figuresText(tally));
  for (const outcome of tally.failed) console.log(failureText(outcome));
  if (tally.known.size > 0) console.log(knownText(tally));
  if (uncoveredText(tally) !== "") console.log(uncoveredText(tally));
  const looked = await lookAtAll(mutations, options.jobs);
  console.log(mutationTable(looked));
  const isCovered = [...tally.wanted].every((place) => tally.isCrashed(place));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${summaryOf(tally)}; ${looked.length} mutations ${allCaught(looked) ? "caught" : "NOT all caught"}; ${seconds} s in all`,
  );
  return tally.failed.length === 0 && isCovered && allCaught(looked);
}
