import { Coverage } from "./coverage.ts";
import { type IoFault, ListedFaults } from "./faults.ts";
import type { PlatformName } from "./host-profile.ts";
import { type Ran, runWorld } from "./run-world.ts";
import { scenarios } from "./scenarios.ts";

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

/** Every boundary that runs without faults pass through, and the crashes that cover it: before it and after it. */
export async function crashesOf(
  platform: PlatformName,
): Promise<{ readonly crashes: readonly Crash[]; readonly calm: readonly Ran[] }> {
  const crashes: Crash[] = [];
  const calm: Ran[] = [];
  const known = new Set<string>();
  for (const { name, plan } of scenarios) {
    const planned = plan(platform);
    if (!planned) continue;
    const coverage = new Coverage(true);
    calm.push(await runWorld(planned, new ListedFaults(), coverage));
    for (const [index, key] of coverage.numbers.entries()) {
      if (known.has(key)) continue;
      known.add(key);
      for (const fault of ["crash-before", "crash-after"] as const) {
        crashes.push({ platform, scenario: name, key, number: index + 1, fault });
      }
    }
  }
  return { crashes, calm };
}

/** One fault at the first passage of one boundary. */
export interface Directed {
  readonly scenario: string;
  readonly key: string;
  readonly fault: IoFault;
}

/** A fault where it is known to tell something, on one machine. @throws Error when nothing passes that boundary */
export async function runDirected({ scenario, key, fault }: Directed): Promise<Ran> {
  const coverage = new Coverage(true);
  await runWorld(planOf(scenario, "local"), new ListedFaults(), coverage);
  const number = coverage.numbers.indexOf(key) + 1;
  if (number === 0) throw new Error(`Expected ${scenario} to pass ${key}`);
  return runCrash({ platform: "local", scenario, key, number, fault });
}

export function runCrash({ platform, scenario, number, fault }: Crash): Promise<Ran> {
  return runWorld(planOf(scenario, platform), new ListedFaults(new Map([[number, fault]])));
}
