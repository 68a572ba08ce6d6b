import { describe, expect, test } from "vitest";
import {
  type AzureSphereScenario,
  createAzureSphereEmulator,
  demoIds,
  demoScenario,
} from "../../emulators/azure-sphere/index.ts";
import type { AzureSphereConnection } from "../../lib/contracts/configuration.ts";
import { inboxQueue } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { createAzureSphereProvider } from "../../lib/providers/azure-sphere/index.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { type Fault, World, type WorldOptions } from "../simulation/world.ts";
import { functionsOver, requestBody } from "./fleet.ts";

/** The shipped steps with the shipped client against the emulator, in one process on virtual time: each HTTP request is an I/O too. */

const endpoint = "https://sphere.example";
const connection: AzureSphereConnection = {
  kind: "azure-sphere",
  api: "legacy-v2",
  endpoint,
  sphereTenantId: demoIds.tenantId,
  credential: {
    kind: "client-secret",
    directoryId: demoIds.directoryId,
    clientId: demoIds.clientId,
    secret: "env:SPHERE",
    authority: endpoint,
  },
};

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
  let emulator: ReturnType<typeof createAzureSphereEmulator> | undefined;
  const world: World = new World(options, (ports, io) =>
    functionsOver(
      ports,
      createAzureSphereProvider({
        name: "sphere",
        connection,
        secret: async () => new Secret(demoIds.clientSecret),
        clock: ports.clock,
        startTimer: (ms, onTimeout) => world.clock.after(ms, onTimeout),
        fetch: (request) => {
          const { pathname } = new URL(request.url);
          const label = `${request.method} ${pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "…")}`;
          return io(label, () => emulator?.fetch(request) ?? Promise.reject(new Error("no emulator")));
        },
      }),
    ),
  );
  emulator = createAzureSphereEmulator({
    now: () => world.clock.now(),
    delay: (ms) => world.clock.sleep(ms),
    newId: () => world.randomness.uuid(),
    scenario: { ...demoScenario(), outcomes: [], faults: scenarios[name]?.faults ?? [] },
  });
  const body = requestBody("one", { deviceGroupId: demoIds.groups.happy, images: [demoIds.images.app] });
  world.store.send(inboxQueue, body, world.clock.now(), 0);
  world.keep();
  const operations = () =>
    [...world.store.rows.keys()].flatMap((key) => {
      const record = world.store.read(key)?.record;
      return record?.kind === "operation" ? [record] : [];
    });
  const quiet = () =>
    world.store.messages.size === 0 && operations().every((row) => row.state === "ended" && row.wakeAt === undefined);
  await world.run(quiet, 4 * 3_600_000);
  const problems = wrongAtTheEnd(world.store);
  for (const row of operations()) {
    if (row.outcome !== "succeeded") problems.push(`outcome ${row.outcome}: ${row.reason}`);
  }
  const effects = emulator.state.acceptedCreates();
  if (effects !== 1) problems.push(`${effects} deployments instead of 1`);
  return { trace: world.trace, problems };
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
