import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPanoramaEmulator, demoPanoramaIds } from "../emulators/aws-panorama/index.ts";
import { createLocalHost } from "../functions/local.ts";
import { createProviders } from "../functions/providers.ts";
import { configurationSchema } from "../lib/contracts/configuration.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { openLocalHandoffStore } from "../lib/platforms/local/handoff.ts";
import { openLocalPlatform } from "../lib/platforms/local/platform.ts";
import { localSealer } from "../lib/platforms/local/sealer.ts";
import { localVault } from "../lib/platforms/local/vault.ts";
import { quiet } from "./count.ts";

const { accessKeyId, secretAccessKey, region } = demoPanoramaIds;

/**
 * Milliseconds from the word "ready" to the last byte of the archive, beside those of a bare ProvisionDevice at the same emulator:
 * a host of one machine as it is shipped, asked through its HTTP application.
 */
export async function measureHandOver(
  devices: number,
): Promise<{ readonly drover: readonly number[]; readonly bare: readonly number[] }> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-hand-over-"));
  const dataFolder = join(folder, "data");
  const emulator = createPanoramaEmulator({ now: () => Date.now() });
  emulator.configure({ throttling: null, deviceQuota: devices * 3, listDelayMs: 0, describeDelayMs: 0 });
  emulator.seedAccessKey({ accessKeyId, secretAccessKey });
  const bare: number[] = [];
  const configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder },
    connections: {
      docks: {
        kind: "aws-panorama",
        endpoint: "https://panorama.example",
        region,
        credential: { kind: "access-key", accessKeyId, secretAccessKey: "vault:aws" },
        limits: { changesPerMinute: 600 },
      },
    },
  });
  const platform = openLocalPlatform({ folder: dataFolder, log: quiet });
  const { clock, randomness, ledger } = platform;
  const secret = async () => new Secret(secretAccessKey);
  const vault = localVault({ dataFolder });
  const handoffs = await openLocalHandoffStore({ dataFolder, clock });
  const stores = { vault, handoffs, sealer: localSealer({ dataFolder }), randomness, ledger, publishTargets: {} };
  const fetch = async (request: Request) => {
    const startedAt = performance.now();
    const answer = await emulator.fetch(request);
    if (request.method === "POST") bare.push(performance.now() - startedAt);
    return answer;
  };
  const providers = createProviders(configuration.connections, { secret, clock, fetch, ...stores });
  const host = createLocalHost({ platform, configuration, providers, vault, handoffs, secret, version: "0.0.0" });
  host.start();
  const ask = async (method: "GET" | "POST", path: string, body?: object) =>
    host.application.fetch(
      new Request(`http://bench${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      }),
    );
  const drover: number[] = [];
  for (let index = 0; index < devices; index += 1) {
    const accepted = (await (await ask("POST", "/requests", requestOf(index))).json()) as {
      readonly operation: string;
    };
    await until(ask, accepted.operation, "awaiting");
    const startedAt = performance.now();
    await ask("POST", `/operations/${accepted.operation}/actions/ready`, {});
    await until(ask, accepted.operation, "offered");
    const archive = await ask("POST", `/handoffs/${accepted.operation}/fetch`, {});
    if (archive.status !== 200) throw new Error(`Expected the archive, got ${archive.status}: ${await archive.text()}`);
    await archive.arrayBuffer();
    drover.push(performance.now() - startedAt);
  }
  await host.stop(1_000);
  await platform.close();
  rmSync(folder, { recursive: true });
  return { drover, bare };
}

type Ask = (method: "GET", path: string) => Promise<Response>;

/** As the command line waits: a request that is answered when something has changed. */
async function until(ask: Ask, operation: string, phase: string): Promise<void> {
  let since = "";
  for (;;) {
    const query = since === "" ? "" : `?wait=5&since=${encodeURIComponent(since)}`;
    const answer = await ask("GET", `/handoffs/${operation}${query}`);
    const seen = (await answer.json()) as { readonly phase?: string; readonly updatedAt: string };
    if (seen.phase === phase) return;
    since = seen.updatedAt;
  }
}

const requestOf = (index: number) => ({
  specversion: "1.0",
  id: `device-${index}`,
  source: "/bench",
  type: "drover.aws-panorama.provision",
  data: { connection: "docks", device: { Name: `cam-${index}` } },
});
