import { describe, expect, test } from "vitest";
import type { HeatScenario } from "../../emulators/heat/index.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { isChosen } from "./crash-share.ts";
import { finishedConfig, HeatWorld, serverOne, serverTwo } from "./heat-world.ts";

interface Scenario {
  readonly faults?: NonNullable<HeatScenario["faults"]>;
  readonly servers?: readonly string[];
  readonly data?: Record<string, unknown>;
}

const creates = { method: "POST", path: "*/software_deployments", times: 1 } as const;
const derives = { method: "POST", path: "*/software_configs", times: 1 } as const;
const asIs = {
  deployment: { config_id: finishedConfig },
  useConfig: "as-is",
  completion: "external",
  cleanUp: "never",
};

const scenarios: Record<string, Scenario> = {
  "all goes well": {},
  "it is for two servers": { servers: [serverOne, serverTwo] },
  "the reply to the create is lost": { faults: [{ kind: "drop", takesEffect: true, ...creates }] },
  "the create is lost": { faults: [{ kind: "drop", takesEffect: false, ...creates }] },
  "the create lands late": { faults: [{ kind: "late-landing", landsAfterMs: 20_000, ...creates }] },
  "the create would land after the fence": { faults: [{ kind: "late-landing", landsAfterMs: 300_000, ...creates }] },
  "the engine stalls": { faults: [{ kind: "stall", delayMs: 5_000, ...creates }] },
  "the reply to the derived config is lost": { faults: [{ kind: "drop", takesEffect: true, ...derives }] },
  "the derived config lands late": { faults: [{ kind: "late-landing", landsAfterMs: 42_000, ...derives }] },
  "the config is the caller's own, and the create lands late": {
    data: asIs,
    faults: [{ kind: "late-landing", landsAfterMs: 20_000, ...creates }],
  },
};

const faults: Fault[] = [
  { kind: "crash-before" },
  { kind: "crash-after" },
  { kind: "reply-lost" },
  { kind: "late-reply", byMs: 400_000 },
];

async function play(options: WorldOptions, { faults: struck = [], servers = [serverOne], data = {} }: Scenario) {
  const heat = new HeatWorld(options, { faults: struck });
  // Somebody reports for a completion that nobody signals.
  const external = data["completion"] === "external";
  heat.submit("one", servers, data);
  if (external) {
    await heat.world.run(() => false, 10 * 60_000);
    await heat.reportAll();
  }
  await heat.runUntilQuiet();
  const problems = wrongAtTheEnd(heat.world.store);
  for (const row of heat.rows()) {
    if (row.outcome !== "succeeded") problems.push(`outcome ${row.outcome}: ${row.reason}`);
  }
  for (const server of servers) {
    const runs = heat.emulator.state.runs().filter((run) => run.serverId === server).length;
    if (runs !== 1) problems.push(`${runs} runs on ${server}`);
  }
  const rows = heat.emulator.state.deployments().length;
  if (rows !== (external ? 1 : 0)) problems.push(`${rows} rows are left`);
  const configs = heat.derivedConfigs();
  if (configs !== 0) problems.push(`${configs} derived configs are left`);
  return { trace: heat.world.trace, problems };
}

/** Crashes the shipped steps with the shipped Heat client at every I/O boundary, HTTP requests included. */
export function describeHeatCrashPoints(mode: WorldOptions["mode"]): void {
  describe(`Heat on a ${mode} platform`, () => {
    test.each(Object.keys(scenarios))(
      "runs each script exactly once and leaves nothing behind when %s",
      async (name) => {
        const scenario = scenarios[name] ?? {};
        const offset = Object.keys(scenarios).indexOf(name);
        const { trace, problems } = await play({ mode }, scenario);
        expect(problems).toEqual([]);
        expect(trace.some((label) => label.startsWith("POST /v1/"))).toBe(true);
        const broken: string[] = [];
        for (const [index, label] of trace.entries()) {
          for (const [turn, fault] of faults.entries()) {
            for (const duplicates of ["none", "concurrent"] as const) {
              // With duplicates the boundaries repeat themselves.
              if (!isChosen(index, turn, { every: duplicates === "none" ? 2 : 11, offset })) continue;
              const ran = await play({ mode, duplicates, faults: new Map([[index + 1, fault]]) }, scenario);
              if (ran.problems.length > 0) {
                broken.push(`${fault.kind} at ${index + 1}, ${label}, ${duplicates}: ${ran.problems.join("; ")}`);
              }
            }
          }
        }
        expect(broken.slice(0, 12)).toEqual([]);
      },
    );
  });
}
