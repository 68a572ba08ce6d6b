import { type CalmRun, type Crash, calmRuns, crashesAt, type Directed, runCrash, runDirected } from "../boundaries.ts";
import { knownDefectOf } from "../corpus.ts";
import { type Ran, runWorld } from "../run-world.ts";
import { faultsOf, planOf } from "../swarm.ts";
import { mutationOf } from "./list.ts";
import { chosenMutation } from "./mutation.ts";

/** Looks for what is wrong with the mutated code, and says what found it first, and after how many worlds. */

export interface Caught {
  readonly by?: string;
  readonly worlds: number;
  readonly detail?: string;
  /** The world that caught it. */
  readonly in?: string;
}

/** Seeds that are tried before a mutation counts as not caught. */
const mostSeeds = 60;
/** Crashes that are tried beside each seed: where a seed needs luck, one of them needs none. */
const crashesPerSeed = 6;

type World = readonly [name: string, run: () => Promise<Pick<Ran, "violations">>];

const ofSeed = (seed: number): World => [`seed ${seed}`, () => runWorld(planOf(seed), faultsOf(seed))];
const ofCrash = (crash: Crash): World => [`${crash.fault} at ${crash.key}`, () => runCrash(crash)];
const ofFaults = (directed: Directed): World => {
  const { scenario, strikes = [] } = directed;
  const faults = strikes.map(({ key, fault = "held up" }) => `${fault} at ${key.replace(/ .*/, "")}`);
  return [[`"${scenario}"`, ...faults].join(", "), () => runDirected(directed)];
};

async function* worlds(): AsyncGenerator<World> {
  const { first = [] } = mutationOf(chosenMutation() ?? "");
  for (const one of first) yield typeof one === "number" ? ofSeed(one) : ofFaults(one);
  const runs: CalmRun[] = [];
  for await (const run of calmRuns("local")) {
    runs.push(run);
    yield [`"${run.scenario}"`, async () => run.ran];
  }
  const crashes = [...crashesAt("local", runs)];
  for (let seed = 1; seed <= mostSeeds; seed += 1) {
    yield ofSeed(seed);
    for (const crash of crashes.slice((seed - 1) * crashesPerSeed, seed * crashesPerSeed)) yield ofCrash(crash);
  }
}

async function look(): Promise<Caught> {
  let count = 0;
  for await (const [name, run] of worlds()) {
    const { violations } = await run();
    count += 1;
    const [first] = violations;
    if (first && !knownDefectOf(violations))
      return { by: first.invariant, worlds: count, detail: first.detail, in: name };
  }
  return { worlds: count };
}

console.log(JSON.stringify(await look()));
