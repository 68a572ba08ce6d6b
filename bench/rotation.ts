import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAzureDpsEmulator, demoDpsIds, demoDpsScenario } from "../emulators/azure-dps/index.ts";
import { keyRotationOf } from "../functions/key-rotation.ts";
import { requestRoutes } from "../functions/request-routes.ts";
import { steps } from "../functions/steps.ts";
import { sweepOverdue } from "../functions/sweep-overdue/step.ts";
import { azureDpsConnectionSchema } from "../lib/contracts/connections/azure-dps.ts";
import { inboxQueue, type Ports } from "../lib/contracts/ports.ts";
import { publishTargetsSchema } from "../lib/contracts/publish-targets.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { createInboxHandler } from "../lib/operations/accept.ts";
import { createRunner } from "../lib/operations/runner.ts";
import { openLocalPlatform } from "../lib/platforms/local/platform.ts";
import { localSealer } from "../lib/platforms/local/sealer.ts";
import { localVault } from "../lib/platforms/local/vault.ts";
import { LocalWorker } from "../lib/platforms/local/worker.ts";
import { createAzureDpsProvider } from "../lib/providers/azure-dps/index.ts";
import { counting, quiet, succeeded } from "./count.ts";

/** What one rotation with one target cost. */
export interface RotationCosts {
  readonly ledgerWrites: number;
  /** By what they are for. */
  readonly calls: Readonly<Record<string, number>>;
}

const dayMs = 86_400_000;
const { subscriptionId, directoryId, clientId, clientSecret, resourceGroup, service, policy } = demoDpsIds;
const credential = { kind: "client-secret", directoryId, clientId, secret: "env:ENTRA" } as const;
const connection = azureDpsConnectionSchema.parse({ kind: "azure-dps", subscriptionId, credential });
const publishTargets = publishTargetsSchema.parse({
  kv: { kind: "key-vault", url: "https://kv-apps.vault.azure.net", credential, secrets: ["*"] },
});

/** A rotation with a grace of three seconds on an emulated service whose changes take half a second. */
export async function countRotation(): Promise<RotationCosts> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-rotation-"));
  const dataFolder = join(folder, "data");
  const platform = openLocalPlatform({ folder: dataFolder, log: quiet });
  const scenario = demoDpsScenario();
  const emulator = createAzureDpsEmulator({
    now: () => Date.now(),
    scenario: { ...scenario, settings: { ...scenario.settings, updateMs: 500 } },
  });
  emulator.vaults.seedVault({ name: "kv-apps" });
  const writes = { count: 0 };
  const ports: Ports = { ...platform, ledger: counting(platform.ledger, writes) };
  const parts = {
    secret: async () => new Secret(clientSecret),
    fetch: (request: Request) => emulator.fetch(request),
    clock: platform.clock,
    randomness: platform.randomness,
    ledger: ports.ledger,
    vault: localVault({ dataFolder }),
    sealer: localSealer({ dataFolder }),
    publishTargets,
  };
  const dps = createAzureDpsProvider({ ...parts, name: "dps", connection, pollPace: { firstMs: 300, maxMs: 300 } });
  const provider = { ...dps, keyRotation: keyRotationOf(dps, parts) };
  const runner = createRunner({ ports, steps, providerOf: async () => provider, retainMs: 90 * dayMs });
  const inbox = createInboxHandler({
    ports,
    routes: requestRoutes,
    connectionKind: () => "azure-dps",
    idempotencyMs: 400 * dayMs,
  });
  const worker = new LocalWorker({
    platform,
    handlers: { [inboxQueue]: inbox, ...Object.fromEntries(Object.keys(steps).map((name) => [name, runner])) },
  });
  const ended = succeeded(platform, 1);
  worker.start();
  const sweeps = setInterval(() => {
    sweepOverdue({ ports, retainMs: 90 * dayMs, idempotencyMs: 400 * dayMs }).catch(console.error);
  }, 250);
  await platform.queue.send([{ queue: inboxQueue, body: requestBody() }]);
  await ended;
  clearInterval(sweeps);
  await worker.stop();
  await platform.close();
  rmSync(folder, { recursive: true });
  return { ledgerWrites: writes.count, calls: { ...emulator.callCounts(), ...emulator.vaults.callCounts() } };
}

function requestBody(): string {
  const grace = { grace: "PT3S", consumers: { readInterval: "PT1S", tokenLife: "PT1S", clockSkew: "PT1S" } };
  return JSON.stringify({
    specversion: "1.0",
    id: "rotation",
    source: "/bench",
    type: "drover.azure-dps.rotate-policy-key",
    data: {
      connection: "dps",
      resourceGroup,
      service,
      policy,
      slotInUse: "primary",
      publish: [{ target: "kv", secret: "dps-backend" }],
      ...grace,
    },
  });
}
