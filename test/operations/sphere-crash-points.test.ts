import { describe, expect, test } from "vitest";
import type { AzureSphereScenario } from "../../emulators/azure-sphere/index.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { SphereWorld } from "./sphere-world.ts";

const scenarios: Record<string, { readonly faults: NonNullable<AzureSphereScenario["faults"]> }> = {
  "all goes well": { faults: [] },
  "the reply to the create is lost": {
    faults: [{ kind: "drop", takesEffect: true, method: "POST", path: "*/deployments", times: 1 }],
  },
  "the create lands late": {
    faults: [{ kind: "late-landing", landsAfterMs: 20_000, method: "POST", path: "*/deployments", times: 1 }],
  },
};

const faults: Fault[] = [{ kind: "crash-before" }, { kind: "crash-after" }, { kind: "reply-lost" }];

async function play(options: WorldOptions, name: keyof typeof scenarios) {
  const sphere = new SphereWorld(options, { faults: scenarios[name]?.faults ?? [] });
  sphere.submit();
  await sphere.runUntilQuiet();
  const problems = wrongAtTheEnd(sphere.world.store);
  for (const row of sphere.rows()) {
    if (row.outcome !== "succeeded") problems.push(`outcome ${row.outcome}: ${row.reason}`);
  }
  const effects = sphere.emulator.state.acceptedCreates();
  if (effects !== 1) problems.push(`${effects} deployments instead of 1`);
  return { trace: sphere.world.trace, problems };
}

describe.each(["cloud", "local"] as const)("Azure Sphere on a %s platform", (mode) => {
  test.each(Object.keys(scenarios))("deploys exactly once at every I/O boundary when %s", async (scenario) => {
    const { trace, problems } = await play({ mode }, scenario);
    expect(problems).toEqual([]);
    expect(trace.some((label) => label.startsWith("POST /v2/"))).toBe(true);
    const broken: string[] = [];
    for (const [index, label] of trace.entries()) {
      for (const fault of faults) {
        for (const duplicates of ["none", "concurrent"] as const) {
          const ran = await play({ mode, duplicates, faults: new Map([[index + 1, fault]]) }, scenario);
          if (ran.problems.length > 0) {
            broken.push(`${fault.kind} at ${index + 1}, ${label}, ${duplicates}: ${ran.problems.join("; ")}`);
          }
        }
      }
    }
    expect(broken.slice(0, 12)).toEqual([]);
  });
});
