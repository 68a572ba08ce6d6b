import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHeatEmulator, demoHeatIds, demoHeatScenario } from "../emulators/heat/index.ts";
import { requestRoutes } from "../functions/request-routes.ts";
import { steps } from "../functions/steps.ts";
import { heatConnectionSchema } from "../lib/contracts/connections/heat.ts";
import { inboxQueue, type Ports } from "../lib/contracts/ports.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { createInboxHandler } from "../lib/operations/accept.ts";
import { createRunner } from "../lib/operations/runner.ts";
import { openLocalPlatform } from "../lib/platforms/local/platform.ts";
import { LocalWorker } from "../lib/platforms/local/worker.ts";
import { createHeatProvider } from "../lib/providers/heat/index.ts";
import { counting, quiet, succeeded } from "./count.ts";

/** What each deployment cost on average. */
export interface HeatCosts {
  readonly calls: Readonly<Record<string, number>>;
  readonly ledgerWrites: number;
}

const dayMs = 86_400_000;
const { openstack, container, tempUrlKey, configId, servers } = demoHeatIds;
const secrets: Readonly<Record<string, string>> = { "vault:password": openstack.password, "vault:key": tempUrlKey };
const connection = heatConnectionSchema.parse({
  kind: "heat",
  flavour: "openstack",
  authUrl: "http://127.0.0.1:5000/v3",
  region: openstack.region,
  credential: {
    kind: "password",
    user: openstack.userName,
    domainId: openstack.domainId,
    projectId: openstack.projectId,
    password: "vault:password",
  },
  tempUrl: { container, key: "vault:key" },
});

/** Deployments to servers of an emulated cloud, one script of 0.2 s each: what they cost, without regard to time. */
export async function countHeat(deployments: number): Promise<HeatCosts> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-heat-"));
  const platform = openLocalPlatform({ folder: join(folder, "data"), log: quiet });
  const scenario = { ...demoHeatScenario("openstack"), outcomes: [], faults: [] };
  const emulator = createHeatEmulator({
    now: () => Date.now(),
    scenario: { ...scenario, settings: { pickUpMs: 100, runMs: 200 } },
  });
  const writes = { count: 0 };
  const ports: Ports = { ...platform, ledger: counting(platform.ledger, writes) };
  const provider = createHeatProvider({
    name: "heat",
    connection,
    clock: platform.clock,
    fetch: (request) => emulator.fetch(request),
    secret: async (reference) => new Secret(secrets[reference] ?? ""),
    pollPace: { firstMs: 200, maxMs: 200 },
  });
  const runner = createRunner({ ports, steps, providerOf: async () => provider, retainMs: 90 * dayMs });
  const inbox = createInboxHandler({
    ports,
    routes: requestRoutes,
    connectionKind: () => "heat",
    idempotencyMs: 400 * dayMs,
  });
  const worker = new LocalWorker({
    platform,
    handlers: { [inboxQueue]: inbox, ...Object.fromEntries(Object.keys(steps).map((name) => [name, runner])) },
  });
  const ended = succeeded(platform, deployments);
  worker.start();
  await platform.queue.send(
    Array.from({ length: deployments }, (_, index) => ({ queue: inboxQueue, body: requestBody(index) })),
  );
  await ended;
  await worker.stop();
  await platform.close();
  rmSync(folder, { recursive: true });
  const calls = callsOf(emulator.requests().map(({ method, path }) => `${method} ${path}`));
  return {
    calls: Object.fromEntries(Object.entries(calls).map(([name, count]) => [name, count / deployments])),
    ledgerWrites: writes.count / deployments,
  };
}

function requestBody(index: number): string {
  return JSON.stringify({
    specversion: "1.0",
    id: `heat-${index}`,
    source: "/bench",
    type: "drover.heat.deploy",
    data: {
      connection: "heat",
      servers: [servers[index % 18]],
      deployment: { config_id: configId },
      completion: "temp-url",
    },
  });
}

function callsOf(requests: readonly string[]): Record<string, number> {
  const kinds: readonly (readonly [string, RegExp])[] = [
    ["login", /^POST \/v3\/auth/],
    ["read", /^GET .*software_configs/],
    ["create", /^POST .*software_/],
    ["poll", /^GET .*software_deployments/],
    ["remove", /^DELETE/],
  ];
  const counts: Record<string, number> = {};
  for (const request of requests) {
    const name = kinds.find(([, pattern]) => pattern.test(request))?.[0] ?? "other";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
