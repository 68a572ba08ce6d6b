import { ci } from "./fleet/ci.ts";
import { carryOut, type Job } from "./fleet/jobs.ts";
import { runMutations } from "./fleet/mutations/run.ts";
import { type Options, optionsOf, usage, weekName } from "./fleet/options.ts";
import { progressOf } from "./fleet/progress.ts";
import {
  coverageTable,
  failureText,
  figuresText,
  jsonOf,
  knownText,
  summaryOf,
  uncoveredText,
} from "./fleet/report.ts";
import { narrowedBy, platformsOf, seedsFrom, simulate } from "./fleet/simulate.ts";
import { Tally } from "./fleet/tally.ts";
import { runWeek } from "./week/run-week.ts";

/** One world again, with what it did last. */
async function again(options: Options, job: Job): Promise<boolean> {
  const outcome = await carryOut(job);
  const tally = new Tally();
  tally.add(outcome);
  const { violations, error } = outcome;
  if (options.json) console.log(jsonOf(tally));
  else if (violations.length > 0 || error !== undefined) console.log(failureText(outcome));
  else console.log(`${figuresText(tally)}\ntrace: ${outcome.ios} I/Os, ${outcome.digest}`);
  if (!options.json) console.log(summaryOf(tally));
  return violations.length === 0 && error === undefined;
}

async function many(options: Options): Promise<boolean> {
  const seeds = seedsFrom(options.from, options.seeds, narrowedBy(options));
  const boundariesOf = options.boundaries && options.chain === undefined ? platformsOf(options) : [];
  const progress = progressOf(process.stderr);
  const tally = await simulate({ seeds, boundariesOf, jobs: options.jobs }, progress.say);
  progress.end();
  if (options.json) {
    console.log(jsonOf(tally));
  } else {
    console.log(coverageTable(tally));
    console.log(figuresText(tally));
    for (const outcome of tally.failed) console.log(failureText(outcome));
    if (tally.known.size > 0) console.log(knownText(tally));
    if (uncoveredText(tally) !== "") console.log(uncoveredText(tally));
    console.log(summaryOf(tally));
  }
  return tally.failed.length === 0 && [...tally.wanted].every((place) => tally.isCrashed(place));
}

/** The one world that is asked for, if it is one. */
function oneJobOf(options: Options): Job | undefined {
  const { seed, scenario, interleaving, platform = "local", io = 0, fault = "crash-before", lines } = options;
  if (seed !== undefined) return { kind: "seed", seed, narrowed: narrowedBy(options), lines };
  if (interleaving !== undefined) return { kind: "interleaving", name: interleaving };
  if (scenario === undefined) return undefined;
  return { kind: "crash", crash: { platform, scenario, key: `I/O ${io}`, number: io, fault }, lines };
}

async function main(args: readonly string[]): Promise<boolean> {
  const options = optionsOf(args);
  if (options.help) console.log(usage);
  if (options.help) return true;
  if (options.ci) return ci(options);
  if (options.mutations) return runMutations(options);
  if (options.scenario === weekName) return runWeek(options);
  const job = oneJobOf(options);
  return job === undefined ? many(options) : again(options, job);
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
