import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listenHttp } from "../cli/http-listener.ts";
import { demoIds } from "../emulators/azure-sphere/index.ts";
import { createLocalHost } from "../functions/local.ts";
import { createProviders } from "../functions/providers.ts";
import { configurationSchema } from "../lib/contracts/configuration.ts";
import { sha256Hex } from "../lib/contracts/identifiers.ts";
import type { Log } from "../lib/contracts/ports.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { openLocalHandoffStore } from "../lib/platforms/local/handoff.ts";
import { openLocalPlatform } from "../lib/platforms/local/platform.ts";
import { localSealer } from "../lib/platforms/local/sealer.ts";
import { localVault } from "../lib/platforms/local/vault.ts";
import { keepInFlight, percentile } from "./measure.ts";

/** Milliseconds from sending a request to the end of its answer. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

const inFlight = 8;
const warmUp = 300;
const token = "token-of-the-bench";
const quiet: Log = { debug() {}, info() {}, warn() {}, error: (message, fields) => console.error(message, fields) };

/** What a client waits for its 202, beside what it waits for that of a server that reads the body and forgets it. */
export async function measureAccepted(
  requests: number,
): Promise<{ readonly drover: Latencies; readonly bare: Latencies }> {
  const bareServer = createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => {
      const body = JSON.stringify({ operation: "a".repeat(52), status: "accepted", location: "/operations/a" });
      outgoing.writeHead(202, { "content-type": "application/json" }).end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(bareServer, "listening");
  const address = bareServer.address();
  const bare = await latenciesOf(typeof address === "object" ? (address?.port ?? 0) : 0, requests);
  bareServer.close();
  const door = await openDoor();
  const drover = await latenciesOf(door.port, requests);
  await door.close();
  return { drover, bare };
}

/** A host that takes requests and carries nothing out, so that nothing but the door is measured. */
async function openDoor(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const dataFolder = join(folder, "data");
  const { directoryId, clientId, tenantId } = demoIds;
  const credential = { kind: "client-secret", directoryId, clientId, secret: "vault:sphere" };
  const configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder },
    connections: { sphere: { kind: "azure-sphere", api: "legacy-v2", sphereTenantId: tenantId, credential } },
    clients: {
      bench: {
        auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] },
        allow: { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] },
        requestsPerMinute: 60_000,
      },
    },
  });
  const platform = openLocalPlatform({ folder: dataFolder, log: quiet });
  const secret = async () => new Secret("");
  const vault = localVault({ dataFolder });
  const { clock, randomness, ledger } = platform;
  const handoffs = await openLocalHandoffStore({ dataFolder, clock });
  const stores = { vault, handoffs, sealer: localSealer({ dataFolder }), randomness, ledger, publishTargets: {} };
  const providers = createProviders(configuration.connections, { secret, clock, ...stores });
  const host = createLocalHost({ platform, configuration, providers, vault, handoffs, secret, version: "0.0.0" });
  const listener = await listenHttp("127.0.0.1:0", (request) => host.guarded.fetch(request));
  return {
    port: Number(new URL(listener.url).port),
    async close() {
      await listener.close();
      await host.stop(1_000);
      await platform.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function latenciesOf(port: number, requests: number): Promise<Latencies> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const tookMs: number[] = [];
  await keepInFlight(warmUp + requests, inFlight, async (index) => {
    const startedAt = performance.now();
    await post(port, agent, bodyOf(index));
    if (index >= warmUp) tookMs.push(performance.now() - startedAt);
  });
  agent.destroy();
  return { p50: percentile(tookMs, 0.5), p99: percentile(tookMs, 0.99) };
}

async function post(port: number, agent: Agent, body: string): Promise<void> {
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${token}`,
    "content-length": Buffer.byteLength(body),
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = send({ port, host: "127.0.0.1", method: "POST", path: "/requests", agent, headers }, (answer) => {
    const { statusCode } = answer;
    answer.resume().on("error", reject);
    answer.on("end", () => (statusCode === 202 ? resolve() : reject(new Error(`Expected 202, got ${statusCode}`))));
  });
  sent.on("error", reject).end(body);
  await promise;
}

function bodyOf(index: number): string {
  const data = { connection: "sphere", deviceGroupId: demoIds.groups.happy, images: [demoIds.images.app] };
  return JSON.stringify({
    specversion: "1.0",
    id: `bench-${index}`,
    source: "/bench",
    type: "drover.azure-sphere.deploy",
    data,
  });
}
