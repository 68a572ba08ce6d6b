import { Coverage } from "./coverage.ts";
import { type IoFault, ListedFaults } from "./faults.ts";
import type { PlatformName } from "./host-profile.ts";
import { type Ran, runWorld } from "./run-world.ts";
import { scenarios } from "./scenarios.ts";
import { ListedStrikes, type Strike } from "./strikes.ts";

/** One run that crashes at one boundary. */
export interface Crash {
  readonly platform: PlatformName;
  readonly scenario: string;
  readonly key: string;
  readonly number: number;
  readonly fault: IoFault;
}

const planOf = (name: string, platform: PlatformName) => {
  const plan = scenarios.find((scenario) => scenario.name === name)?.plan(platform);
  if (plan) return plan;
  throw new Error(`Expected a scenario ${name} for ${platform}`);
};

export interface CalmRun {
  readonly scenario: string;
  readonly ran: Ran;
}

/** Runs without faults, one scenario after another. */
export async function* calmRuns(platform: PlatformName): AsyncGenerator<CalmRun> {
  for (const { name, plan } of scenarios) {
    const planned = plan(platform);
    if (planned) yield { scenario: name, ran: await runWorld(planned, new ListedFaults(), new Coverage(true)) };
  }
}

/** Crashes before and after every boundary that these runs were the first to pass through. */
export function* crashesAt(platform: PlatformName, runs: readonly CalmRun[]): Generator<Crash> {
  const known = new Set<string>();
  for (const { scenario, ran } of runs) {
    for (const [index, key] of ran.coverage.numbers.entries()) {
      if (known.has(key)) continue;
      known.add(key);
      for (const fault of ["crash-before", "crash-after"] as const) {
        yield { platform, scenario, key, number: index + 1, fault };
      }
    }
  }
}

/** Every boundary that runs without faults pass through, and the crashes that cover it: before it and after it. */
export async function crashesOf(
  platform: PlatformName,
): Promise<{ readonly crashes: readonly Crash[]; readonly calm: readonly CalmRun[] }> {
  const calm = await Array.fromAsync(calmRuns(platform));
  return { crashes: [...crashesAt(platform, calm)], calm };
}

/** A scenario with faults where they are known to tell something. */
export interface Directed {
  readonly scenario: string;
  /** Default: one machine. */
  readonly platform?: PlatformName;
  readonly strikes?: readonly Strike[];
}

/** @throws Error when nothing passes where something is to strike, and nothing went wrong either */
export async function runDirected({ scenario, platform = "local", strikes = [] }: Directed): Promise<Ran> {
  const faults = new ListedStrikes(strikes);
  const ran = await runWorld(planOf(scenario, platform), faults);
  const [missed] = faults.missed;
  if (missed === undefined || ran.violations.length > 0) return ran;
  throw new Error(`Expected ${scenario} on ${platform} to pass ${missed.key} ${missed.passage ?? 1} times`);
}

export function runCrash({ platform, scenario, number, fault }: Crash): Promise<Ran> {
  return runWorld(planOf(scenario, platform), new ListedFaults(new Map([[number, fault]])));
}
