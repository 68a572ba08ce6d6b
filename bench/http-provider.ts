import { fork } from "node:child_process";
import { once } from "node:events";
import type { Ports } from "../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../lib/contracts/provider.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { createAzureSphereProvider } from "../lib/providers/azure-sphere/index.ts";
import { keepInFlight, type Measured, startStopwatch } from "./measure.ts";

export interface ProviderProcess {
  readonly url: string;
  stop(): void;
}

/** Beside this module in the folder that bench/main.ts builds. */
export async function startProviderProcess(): Promise<ProviderProcess> {
  const child = fork(new URL("./provider-server.mjs", import.meta.url));
  const [url] = await once(child, "message");
  return { url: String(url), stop: () => child.kill() };
}

const tenant = "5b0e7a10-0000-4000-8000-000000000001";
const image = "1a6e0000-0000-4000-8000-000000000001";
const groupOf = (index: number) => `9a0b0000-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** The shipped client, over HTTP to the other process. */
export function httpProvider(url: string): (ports: Ports) => DeploymentProvider {
  return ({ clock }) =>
    createAzureSphereProvider({
      name: "sphere",
      connection: {
        kind: "azure-sphere",
        api: "legacy-v2",
        endpoint: url,
        sphereTenantId: tenant,
        credential: {
          kind: "client-secret",
          directoryId: tenant,
          clientId: tenant,
          secret: "env:BENCH",
          authority: url,
        },
      },
      secret: async () => new Secret("bench"),
      clock,
      pollPace: { firstMs: 0, maxMs: 0 },
    });
}

/** The same HTTP calls in the same order with the same `fetch`, and nothing else: no durability, no checks, no events. */
export async function runBareLoop(url: string, operations: number, inFlight: number): Promise<Measured> {
  const root = `${url}/v2/tenants/${tenant}`;
  const headers = { accept: "application/json", authorization: "Bearer bench", "user-agent": "drover" };
  const get = async (path: string) => (await fetch(`${root}${path}`, { headers })).json();
  const stopwatch = startStopwatch();
  await keepInFlight(operations, inFlight, async (index) => {
    const group = groupOf(index);
    await Promise.all([
      get(`/devicegroups/${group}`),
      get(`/devicegroups/${group}/deployments`),
      get(`/images/${image}/metadata`).then(() => get(`/images/${image}/status`)),
    ]);
    const created = await fetch(`${root}/devicegroups/${group}/deployments`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify([image]),
    });
    const { OperationId } = (await created.json()) as { OperationId: string };
    for (let state = 0; state !== 2; ) {
      state = ((await get(`/operations/${OperationId}`)) as { State: number }).State;
    }
  });
  return stopwatch.stop(operations);
}
