import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { actions } from "../../lib/contracts/client.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { token } from "./configuration.ts";
import { Drover } from "./drover.ts";
import { freePort } from "./free-port.ts";
import { shippedProgram } from "./shipped.ts";

export interface LoadOptions {
  /** After how long the provider has carried out what it was asked for; absent: never. */
  readonly completeAfterMs?: number;
  readonly firstPoll: string;
  readonly maxPoll: string;
  readonly retention?: string;
}

interface ProviderCounts {
  readonly created: number;
  readonly polls: number;
}

const requestsPerMinute = 60_000;
/** Each may send that many requests a minute, and hold 16 streams. */
const clients = ["first", "second", "third", "fourth"];
export const tokens = clients.map((name) => `${token}-${name}`);

/** The real process in a folder of its own, with a cheap provider in another process. */
export class LoadRig {
  readonly drover: Drover;
  readonly port: number;
  readonly #provider: ChildProcess;
  readonly #folder: string;

  private constructor(drover: Drover, port: number, provider: ChildProcess, folder: string) {
    this.drover = drover;
    this.port = port;
    this.#provider = provider;
    this.#folder = folder;
  }

  static async open(options: LoadOptions): Promise<LoadRig> {
    const folder = mkdtempSync(join(tmpdir(), "drover-load-"));
    const after = String(options.completeAfterMs ?? Number.POSITIVE_INFINITY);
    // Without what the program that asks was started with, such as a test runner.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const provider = fork(join(import.meta.dirname, "load-provider.ts"), [after], { execArgv: [], env });
    const [url] = await once(provider, "message");
    const port = await freePort();
    writeFileSync(join(folder, "secret.txt"), demoIds.clientSecret, { mode: 0o600 });
    writeFileSync(join(folder, "drover.json"), JSON.stringify(configuration(String(url), port, options)));
    const main = await shippedProgram();
    const drover = new Drover(folder, main, { DROVER_CHAOS_HEAP: "1" });
    const rig = new LoadRig(drover, port, provider, folder);
    await drover.start();
    return rig;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async provided(): Promise<ProviderCounts> {
    const answer = once(this.#provider, "message");
    this.#provider.send("counts");
    const [counts] = await answer;
    return counts;
  }

  /** Sends requests in one call, with one client's credentials. @returns the status */
  async submit(bodies: readonly object[], client: number): Promise<number> {
    const headers = {
      authorization: `Bearer ${tokens[client % tokens.length]}`,
      "content-type": "application/cloudevents-batch+json",
    };
    const answer = await fetch(`${this.url}/requests`, { method: "POST", headers, body: JSON.stringify(bodies) });
    await answer.arrayBuffer();
    return answer.status;
  }

  async close(): Promise<void> {
    await this.drover.kill();
    this.#provider.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The request number `index`, for a group of its own. */
export function requestOf(index: number): object {
  const deviceGroupId = `9a0b0000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const data = { connection: "sphere", deadline: "P7D", deviceGroupId, images: [demoIds.images.app] };
  return { specversion: "1.0", id: `load-${index}`, source: "/load", type: "drover.azure-sphere.deploy", data };
}

function configuration(url: string, port: number, { firstPoll, maxPoll, retention }: LoadOptions): object {
  const { directoryId, clientId, tenantId: sphereTenantId } = demoIds;
  const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: [...actions] };
  const clientOf = (secret: string) => {
    const auth = { kind: "bearer", tokens: [`sha256:${sha256Hex(secret)}`] };
    return { auth, allow, requestsPerMinute };
  };
  const credential = { kind: "client-secret", directoryId, clientId, secret: "file:secret.txt", authority: url };
  const sphere = { kind: "azure-sphere", api: "legacy-v2", endpoint: url, sphereTenantId, credential };
  return {
    version: 1,
    platform: { kind: "local", dataFolder: "./data" },
    http: { listen: `127.0.0.1:${port}` },
    clients: Object.fromEntries(clients.map((name, index) => [name, clientOf(tokens[index] ?? "")])),
    connections: { sphere: { ...sphere, pace: { firstPoll, maxPoll, requestTimeout: "PT10S" } } },
    sweep: { every: "PT1S" },
    ...(retention === undefined ? {} : { retention: { operations: retention, idempotency: "P29D" } }),
  };
}
