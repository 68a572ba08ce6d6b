import { afterEach, expect } from "vitest";
import {
  type AzureDpsEmulator,
  type AzureDpsOptions,
  type AzureDpsScenario,
  createAzureDpsEmulator,
} from "../../../emulators/azure-dps/index.ts";
import { ContractTraffic } from "./contract-traffic.ts";

export const START_MS = Date.UTC(2026, 10, 21, 4);
export const API_VERSION = "2017-11-15";
export const MANAGEMENT_SCOPE = "https://management.azure.com/.default";

export const ids = {
  subscription: "91d12660-3dec-467a-be2a-213b5544ddc0",
  group: "myResourceGroup",
  otherGroup: "otherGroup",
  service: "dps-eu",
  directory: "d14ec701-0000-4000-8000-000000000001",
  client: "c11e2700-0000-4000-8000-000000000001",
  clientObject: "c11e2700-0000-4000-8000-000000000002",
  identity: "1de27170-0000-4000-8000-000000000001",
  identityObject: "1de27170-0000-4000-8000-000000000002",
} as const;

export const SECRET = "client-secret";
export const OWNER = "provisioningserviceowner";
export const HOST = "dps-eu.azure-devices-provisioning.net";

const place = { subscriptionId: ids.subscription, resourceGroup: ids.group };

export const scenario: AzureDpsScenario = {
  subscriptions: [{ id: ids.subscription, resourceGroups: [ids.group, ids.otherGroup] }],
  hubs: [{ ...place, name: "hub-eu", policies: [{ keyName: "iothubowner" }, { keyName: "service" }] }],
  services: [
    {
      ...place,
      name: ids.service,
      location: "East US",
      idScope: "0ne00000012",
      policies: [
        { keyName: OWNER, rights: "ServiceConfig, DeviceConnect, EnrollmentWrite" },
        { keyName: "backend", rights: "EnrollmentRead" },
      ],
      hubs: [{ name: "hub-eu", keyName: "iothubowner" }],
      tags: { owner: "coffee" },
      allocationPolicy: "Static",
    },
  ],
  clients: [{ directoryId: ids.directory, clientId: ids.client, secret: SECRET, objectId: ids.clientObject }],
  managedIdentities: [
    { directoryId: ids.directory, clientId: ids.identity, objectId: ids.identityObject, identityHeader: "id" },
  ],
};

export const subscriptionPath = `/subscriptions/${ids.subscription}`;
export const servicesPath = `${subscriptionPath}/resourceGroups/${ids.group}/providers/Microsoft.Devices/provisioningServices`;
export const servicePath = `${servicesPath}/${ids.service}`;
export const hubPath = `${subscriptionPath}/resourceGroups/${ids.group}/providers/Microsoft.Devices/IotHubs/hub-eu`;

export interface RuleWire {
  keyName: string;
  primaryKey: string;
  secondaryKey: string;
  rights: string;
}

export interface HubWire {
  name: string;
  connectionString: string;
  location: string;
  allocationWeight: number;
  applyAllocationPolicy: boolean;
}

export interface ServiceWire {
  id: string;
  etag: string;
  name: string;
  location: string;
  tags: Record<string, string>;
  sku: { name: string; tier: string; capacity: number };
  properties: {
    state: string;
    provisioningState: string;
    idScope: string | null;
    allocationPolicy: string;
    iotHubs: HubWire[];
    authorizationPolicies?: RuleWire[];
    [other: string]: unknown;
  };
}

export interface Reply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export interface Ask {
  readonly method?: string;
  /** A string is sent as it is; anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Default: a token of the client; null sends none. */
  readonly token?: string | null;
  /** The request is against the contract on purpose. */
  readonly offContract?: boolean;
  readonly apiVersion?: string;
}

const watched: ContractTraffic[] = [];

afterEach(() => {
  const breaches = watched.splice(0).flatMap((traffic) => traffic.breaches());
  expect(breaches).toEqual([]);
});

export class Harness {
  nowMs = START_MS;
  readonly emulator: AzureDpsEmulator;
  readonly traffic = new ContractTraffic();
  readonly #fetch: (request: Request) => Promise<Response>;
  #ids = 0;
  #token: { readonly text: string; readonly atMs: number } | null = null;

  constructor(options: Partial<AzureDpsOptions> = {}) {
    this.emulator = createAzureDpsEmulator({
      now: () => this.nowMs,
      newId: () => `00000000-0000-4000-9000-${(++this.#ids).toString(16).padStart(12, "0")}`,
      scenario,
      ...options,
    });
    this.#fetch = this.traffic.wrap((request) => this.emulator.fetch(request));
    watched.push(this.traffic);
  }

  tick(ms: number): void {
    this.nowMs += ms;
  }

  async token(scope = MANAGEMENT_SCOPE): Promise<string> {
    const form = { client_id: ids.client, client_secret: SECRET, scope, grant_type: "client_credentials" };
    const reply = await this.ask<{ access_token: string }>(
      `https://login.microsoftonline.com/${ids.directory}/oauth2/v2.0/token`,
      {
        method: "POST",
        body: new URLSearchParams(form).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
        token: null,
      },
    );
    return reply.body.access_token;
  }

  /** Asks for a path of the management API, with the api-version, or for any address as it is. */
  async ask<T>(address: string, ask: Ask = {}): Promise<Reply<T>> {
    const response = await this.send(address, ask);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  async send(address: string, ask: Ask = {}): Promise<Response> {
    const token = ask.token === undefined ? await this.#freshToken() : ask.token;
    const version = `${address.includes("?") ? "&" : "?"}api-version=${ask.apiVersion ?? API_VERSION}`;
    const url = address.startsWith("https://") ? address : `https://management.azure.com${address}${version}`;
    const request = new Request(url, {
      method: ask.method ?? "GET",
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(ask.body === undefined ? {} : { "content-type": "application/json" }),
        ...ask.headers,
      },
      ...(ask.body === undefined ? {} : { body: typeof ask.body === "string" ? ask.body : JSON.stringify(ask.body) }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
    return ask.offContract ? this.emulator.fetch(request) : this.#fetch(request);
  }

  async #freshToken(): Promise<string> {
    if (this.#token === null || this.nowMs - this.#token.atMs > 1_800_000) {
      this.#token = { text: await this.token(), atMs: this.nowMs };
    }
    return this.#token.text;
  }

  get(path = servicePath, ask: Ask = {}): Promise<Reply<ServiceWire>> {
    return this.ask(path, ask);
  }

  put(body: unknown, ask: Ask = {}, path = servicePath): Promise<Reply<ServiceWire>> {
    return this.ask(path, { method: "PUT", body, ...ask });
  }

  /** A PUT that is polled until its operation ends, and the service then. */
  async putAndWait(body: unknown, path = servicePath): Promise<ServiceWire> {
    const reply = await this.put(body, {}, path);
    expect(reply.status).toBe(201);
    await this.settle(reply);
    return (await this.get(path)).body;
  }

  async settle(reply: Reply<unknown>): Promise<Reply<{ status: string; error?: { code: string; message: string } }>> {
    const url = reply.headers.get("azure-asyncoperation") ?? "";
    for (let polls = 0; polls < 60; polls += 1) {
      const poll = await this.ask<{ status: string; error?: { code: string; message: string } }>(url);
      if (poll.status !== 200 || poll.body.status !== "Running") return poll;
      this.tick(5_000);
    }
    throw new Error("Expected the operation to end within five minutes, got only Running");
  }

  /** What a PUT that changes nothing needs: everything of the read, the policies with their keys, the hubs as they are shown. */
  async whole(): Promise<{ location: string; sku: object; tags: object; properties: Record<string, unknown> }> {
    const { body } = await this.get();
    const authorizationPolicies = await this.rules();
    const iotHubs = body.properties.iotHubs;
    const { allocationPolicy } = body.properties;
    const properties = { allocationPolicy, iotHubs, authorizationPolicies };
    return { location: body.location, sku: body.sku, tags: body.tags, properties };
  }

  async rules(): Promise<RuleWire[]> {
    const reply = await this.ask<{ value: RuleWire[] }>(`${servicePath}/listkeys`, { method: "POST" });
    return reply.body.value;
  }

  policy(keyName: string): { primaryKey: string; secondaryKey: string } {
    const found = this.emulator.state.policy(ids.service, keyName);
    if (found === null) throw new Error(`Expected the policy ${keyName}, got none`);
    return found;
  }
}

function parsed<T>(text: string): T {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse("null");
  }
}
