import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type AzureSphereEmulator,
  createAzureSphereEmulator,
  demoIds,
  demoScenario,
} from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { createLocalHost, type LocalHost } from "../../functions/local.ts";
import { createProviders } from "../../functions/providers.ts";
import { type Configuration, configurationSchema } from "../../lib/contracts/configuration.ts";
import type { HandoffStore, Log } from "../../lib/contracts/ports.ts";
import type { Schedule } from "../../lib/contracts/schedule.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { type LocalPlatform, openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { providerStores } from "./provider-stores.ts";

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const emulatorUrl = "http://127.0.0.1:9";

/** A connection whose waits are as short as they may be. */
export function sphereConnection(url = emulatorUrl, secret = "env:SPHERE") {
  const { directoryId, clientId, tenantId } = demoIds;
  return {
    kind: "azure-sphere",
    api: "legacy-v2",
    endpoint: url,
    sphereTenantId: tenantId,
    credential: { kind: "client-secret", directoryId, clientId, secret, authority: url },
    pace: { firstPoll: "PT0.1S", maxPoll: "PT0.2S", settling: "PT1S", lookEvery: "PT0.2S", requestTimeout: "PT2S" },
  };
}

/** A scenario in which operations end at once. */
export function quickScenario() {
  return { ...demoScenario(), settings: { notStartedMs: 50, inProgressMs: 100 } };
}

export function request(
  id: string,
  changes: Readonly<Record<string, unknown>> = {},
  data: Readonly<Record<string, unknown>> = {},
) {
  return {
    specversion: "1.0",
    id,
    source: "/test",
    type: "drover.azure-sphere.deploy",
    ...changes,
    data: {
      connection: "sphere",
      deviceGroupId: demoIds.groups.happy,
      images: [demoIds.images.app],
      labels: { team: "hvac" },
      ...data,
    },
  };
}

export interface OpenFixture {
  readonly platform: LocalPlatform;
  readonly host: LocalHost;
  readonly handoffs: HandoffStore;
  /** Sends to the application in process. */
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export interface Fixture extends OpenFixture {
  readonly emulator: AzureSphereEmulator;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A folder that goes when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The application over a real data folder and an emulator in this process. */
export function fixture(
  more: Readonly<Record<string, unknown>> = {},
  moreSecrets: Readonly<Record<string, string>> = {},
): Fixture {
  const emulator = createAzureSphereEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: quickScenario() });
  const connections = { sphere: sphereConnection(), other: sphereConnection() };
  const secrets = { "env:SPHERE": demoIds.clientSecret, ...moreSecrets };
  const opened = openFixture(
    more["clients"] === undefined ? { sphere: connections.sphere } : connections,
    (sent) => emulator.fetch(sent),
    secrets,
    more,
  );
  return { ...opened, emulator };
}

/** The application over a real data folder, with whatever is behind its connections. */
export function openFixture(
  connections: Readonly<Record<string, object>>,
  fetch: (request: Request) => Promise<Response>,
  secrets: Readonly<Record<string, string>>,
  more: Readonly<Record<string, unknown>> = {},
  schedules: readonly Schedule[] = [],
): OpenFixture {
  const folder = join(temporaryFolder(), "data");
  const configuration: Configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder: folder },
    connections,
    ...more,
  });
  const platform = openLocalPlatform({ folder, log: silentLog });
  const stores = providerStores(configuration, platform);
  const { vault, handoffs } = stores;
  const providers = createProviders(configuration.connections, {
    secret: async (reference) => new Secret(secrets[reference] ?? ""),
    fetch,
    clock: platform.clock,
    ...stores,
  });
  const host = createLocalHost({
    platform,
    configuration,
    providers,
    vault,
    handoffs,
    secret: async (reference) => new Secret(secrets[reference] ?? ""),
    schedules,
    version: "0.0.0",
  });
  onTestFinished(async () => {
    await host.stop(5_000);
    await platform.close();
  });
  return {
    platform,
    host,
    handoffs,
    async send(method, path, body, headers = { "content-type": "application/json", "drover-caller": "cli:ada" }) {
      const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
      const init = { method, headers, ...(text === undefined ? {} : { body: text }) };
      const response = await host.application.fetch(new Request(`http://drover${path}`, init));
      return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
    },
  };
}

/** Waits until an operation has ended. */
export async function ended({ send }: OpenFixture, id: string): Promise<Record<string, unknown>> {
  let since = "";
  for (;;) {
    const { body } = await send("GET", `/operations/${id}?wait=5&since=${since}`);
    if (body["state"] === "ended") return body;
    since = String(body["updatedAt"]);
  }
}
