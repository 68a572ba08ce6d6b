import { onTestFinished } from "vitest";
import { type FetchHandler, serveOnLoopback } from "../../../emulators/serve.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import type { AzureSettings } from "../../../lib/platforms/azure/settings.ts";
import { azureTokens, type Tokens } from "../../../lib/platforms/azure/tokens.ts";
import { type FaultProxy, startFaultProxy } from "../aws/fault-proxy.ts";
import { ManualTime } from "../local/manual-time.ts";

/** What every Azurite knows, too. */
export const account = {
  name: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

export type Endpoints = Partial<Record<"queues" | "tables" | "blobs", string>>;

/** @param endpoints origins, without the account */
export function settingsFor(endpoints: Endpoints, more: Partial<AzureSettings> = {}): AzureSettings {
  const urlOf = (origin = "http://127.0.0.1:9") => `${origin}/${account.name}`;
  const { queues, tables, blobs } = endpoints;
  return {
    storage: {
      queues: urlOf(queues),
      tables: urlOf(tables),
      blobs: urlOf(blobs),
      key: { account: account.name, key: new Secret(account.key) },
    },
    identity: { kind: "managed-identity" },
    ...more,
  };
}

export const noTokens: Tokens = azureTokens(
  { kind: "managed-identity" },
  { clock: new ManualTime(), fetch: () => Promise.reject(new Error("Expected no token to be needed, got a login")) },
);

/** The handler on loopback, behind a proxy that faults can be put into; both end with the test. */
export async function behindProxy(fetch: FetchHandler): Promise<FaultProxy & { readonly origin: string }> {
  const server = await serveOnLoopback(fetch);
  const proxy = await startFaultProxy(server.url);
  onTestFinished(async () => {
    await proxy.close();
    await server.close();
  });
  return Object.assign(proxy, { origin: server.url });
}
