import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { createLocalHost } from "../../functions/local.ts";
import { createProviders } from "../../functions/providers.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { operationKey } from "../../lib/contracts/operation.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { ManualTime, recordingLog } from "../platforms/local/manual-time.ts";
import {
  claimRequest,
  iotConnection,
  offer,
  panoramaConnection,
  patchRow,
  provisionRequest,
} from "./handoff-harness.ts";
import { request, sphereConnection, temporaryFolder } from "./harness.ts";
import { providerStores } from "./provider-stores.ts";

const everything = { sources: ["*"], types: ["*"], connections: ["*"] };
/** What each may, beside whose requests it sees. `owner` is a client like any other. */
const clientsOf = {
  ops: { ...everything, actions: ["submit", "read", "cancel"] },
  ines: { ...everything, actions: ["pick-up"] },
  otto: { ...everything, actions: ["pick-up"] },
  owner: { ...everything, actions: ["pick-up"] },
  crm: { ...everything, sources: ["/crm"], actions: ["pick-up", "read"] },
} as const;
export type Who = keyof typeof clientsOf;
export const tokenOf = (who: Who) => `token-of-the-client-${who}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly body: Record<string, unknown>;
}

/** The application over a real ledger, in a time that moves when a test says so. Nothing is carried out. */
export function handoffWorld() {
  const [time, log, dataFolder] = [new ManualTime(), recordingLog(), join(temporaryFolder(), "data")];
  const clients = Object.entries(clientsOf).map(([who, allow]) => {
    const tokens = [`sha256:${sha256Hex(tokenOf(who as Who))}`];
    return [who, { auth: { kind: "bearer", tokens }, allow, requestsPerMinute: 60_000 }];
  });
  const configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder },
    connections: { panorama: panoramaConnection, iot: iotConnection, sphere: sphereConnection() },
    clients: Object.fromEntries(clients),
  });
  const platform = openLocalPlatform({ folder: dataFolder, log, clock: time, timers: time });
  const stores = providerStores(configuration, platform);
  const { vault, handoffs } = stores;
  const secret = async () => new Secret("AWS-secret-of-this-test");
  const providers = createProviders(configuration.connections, {
    secret,
    fetch: async () => new Response("", { status: 503 }),
    clock: time,
    ...stores,
  });
  const host = createLocalHost({ platform, configuration, providers, vault, handoffs, secret, version: "0.0.0" });
  onTestFinished(async () => {
    await host.stop(1_000);
    await platform.close();
  });
  const { ledger } = platform;

  async function send(sent: Request, application = host.guarded): Promise<Answer> {
    const response = await application.fetch(sent);
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = bytes.length > 0 && /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, bytes, body: isJson ? JSON.parse(`${bytes}`) : {} };
  }
  const init = (method: string, body: unknown, headers: Readonly<Record<string, string>>) => ({
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const ask = (who: Who, method: string, path: string, body?: unknown, headers = {}) =>
    send(
      new Request(`http://drover${path}`, init(method, body, { authorization: `Bearer ${tokenOf(who)}`, ...headers })),
    );
  /** As whoever owns the process. */
  const asOwner = (name: string, method: string, path: string, body?: unknown) =>
    send(new Request(`http://drover${path}`, init(method, body, { "drover-caller": name })), host.application);

  async function submitted(event: object): Promise<string> {
    const { status, body } = await ask("ops", "POST", "/requests", event);
    expect(status).toBe(202);
    return String(body["operation"]);
  }
  return {
    time,
    log,
    host,
    handoffs,
    ledger,
    platform,
    ask,
    asOwner,
    patch: (id: string, change: Parameters<typeof patchRow>[2]) => patchRow(ledger, id, change),
    provision: (data: object = {}, id = "one") => submitted(provisionRequest(id, data)),
    claim: (data: object = {}) => submitted(claimRequest("claim", data)),
    deploy: () => submitted(request("deploy")),
    offer: (id: string, more = {}) => offer({ ledger, handoffs }, id, time.now(), more),
    ready: (who: Who, id: string, body?: unknown) => ask(who, "POST", `/operations/${id}/actions/ready`, body),
    fetch: (who: Who, id: string, headers = {}) => ask(who, "POST", `/handoffs/${id}/fetch`, undefined, headers),
    see: (who: Who, id: string) => ask(who, "GET", `/handoffs/${id}`),
    async row(id: string) {
      const record = (await ledger.read(operationKey(id)))?.record;
      if (record?.kind !== "operation") throw new Error(`Expected operation ${id}`);
      return record;
    },
  };
}
export type HandoffWorld = ReturnType<typeof handoffWorld>;

/** Status and code of a refusal. */
export const refusal = ({ status, body }: Answer) => [status, body["code"]];
