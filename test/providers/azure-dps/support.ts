import { afterEach, expect } from "vitest";
import {
  type AzureDpsEmulator,
  type AzureDpsOptions,
  type AzureDpsScenario,
  createAzureDpsEmulator,
} from "../../../emulators/azure-dps/index.ts";
import type { AzureDpsConnection } from "../../../lib/contracts/connections/azure-dps.ts";
import { PermanentError } from "../../../lib/contracts/errors.ts";
import type { CallContext } from "../../../lib/contracts/provider.ts";
import type { OperationRequest } from "../../../lib/contracts/request.ts";
import type { Sealer } from "../../../lib/contracts/sealer.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { createParts } from "../../../lib/providers/azure-dps/create-parts.ts";
import {
  type AzureDpsProvider,
  type AzureDpsProviderOptions,
  createAzureDpsProvider,
} from "../../../lib/providers/azure-dps/index.ts";
import { defaultBounds, type Parts } from "../../../lib/providers/azure-dps/parts.ts";
import { createEntraTokens } from "../../../lib/providers/entra/tokens.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { ContractTraffic } from "../../emulators/azure-dps/contract-traffic.ts";
import { ManualTime } from "../support.ts";

export const subscriptionId = "5b0e7a10-0000-4000-8000-0000000000d5";
export const directoryId = "d14ec701-0000-4000-8000-000000000001";
export const clientId = "c11e2700-0000-4000-8000-0000000000d5";
export const clientSecret = "canary~client-secret.4711";
export const canaryPrefix = "canaryKey4711";
export const management = "https://management.azure.com";
export const where = { resourceGroup: "iot-eu", service: "dps-eu" } as const;
export const owner = "provisioningserviceowner";
export const policy = "backend";
export const hubHost = "hub-eu.azure-devices.net";

const place = { subscriptionId, resourceGroup: where.resourceGroup, location: "westeurope" };

export const scenario: AzureDpsScenario = {
  settings: { throttling: null },
  subscriptions: [{ id: subscriptionId, resourceGroups: [where.resourceGroup] }],
  hubs: [{ ...place, name: "hub-eu", policies: [{ keyName: "iothubowner" }] }],
  services: [
    {
      ...place,
      name: where.service,
      tags: { owner: "coffee" },
      allocationPolicy: "GeoLatency",
      policies: [
        { keyName: owner, rights: "ServiceConfig, DeviceConnect, EnrollmentWrite" },
        { keyName: policy, rights: "EnrollmentRead, EnrollmentWrite" },
        { keyName: "status", rights: "RegistrationStatusRead" },
        { keyName: "config", rights: "ServiceConfig" },
      ],
      hubs: [{ name: "hub-eu", keyName: "iothubowner", allocationWeight: 7 }],
    },
  ],
  clients: [{ directoryId, clientId, objectId: "c11e2700-0000-4000-8000-0000000000d6", secret: clientSecret }],
};

export const connection: AzureDpsConnection = {
  kind: "azure-dps",
  subscriptionId,
  apiVersion: "2017-11-15",
  endpoint: management,
  credential: { kind: "client-secret", directoryId, clientId, secret: "vault:dps-sp" },
  dataPlane: { suffix: "azure-devices-provisioning.net", check: "signed-call" },
  secrets: [],
};

/** Keeps what it seals to itself; what it gives out says nothing. */
export class TestSealer implements Sealer {
  readonly sealed: { readonly purpose: string; readonly text: Secret }[] = [];

  async seal(purpose: string, text: Secret): Promise<string> {
    return `sealed-${this.sealed.push({ purpose, text }) - 1}`;
  }

  async open(purpose: string, sealed: string): Promise<Secret> {
    const found = this.sealed[Number(sealed.replace("sealed-", ""))];
    if (found?.purpose === purpose) return found.text;
    throw new PermanentError("Expected text sealed here for this purpose, got something else", { code: "seal-broken" });
  }
}

const watched = new Set<ContractTraffic>();
/** All that went to the emulator is compared with the published description. */
afterEach(() => {
  const breaches = [...watched].flatMap((traffic) => traffic.breaches());
  watched.clear();
  expect(breaches).toEqual([]);
});

export type Through = (request: Request, next: Fetch) => Promise<Response>;

export interface WorldOptions {
  readonly settings?: AzureDpsScenario["settings"];
  readonly service?: Partial<NonNullable<AzureDpsScenario["services"]>[number]>;
  readonly emulator?: Partial<AzureDpsOptions>;
  readonly connection?: Partial<AzureDpsConnection>;
  readonly provider?: Partial<AzureDpsProviderOptions>;
  /** Stands between the provider and the emulator. */
  readonly through?: Through;
}

export interface World {
  readonly time: ManualTime;
  readonly emulator: AzureDpsEmulator;
  readonly provider: AzureDpsProvider;
  readonly sealer: TestSealer;
  /** What the provider is made of, once more. */
  readonly parts: Parts;
  readonly context: () => CallContext;
  readonly window: () => CallContext & { readonly sendBefore: number };
  /** `METHOD path?query` of every request to the management API. */
  readonly calls: () => readonly string[];
  /** Bodies of requests that wrote the service. */
  readonly puts: () => readonly { readonly headers: Readonly<Record<string, string>>; readonly body: PutBody }[];
}

export interface PutBody {
  readonly etag?: string;
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly sku: unknown;
  readonly identity?: unknown;
  readonly properties: {
    readonly allocationPolicy?: string;
    readonly iotHubs?: readonly { readonly connectionString: string; readonly allocationWeight?: number }[];
    readonly authorizationPolicies?: readonly {
      readonly keyName: string;
      readonly rights: string;
      readonly primaryKey?: string;
      readonly secondaryKey?: string;
    }[];
    readonly [name: string]: unknown;
  };
}

export function createWorld(options: WorldOptions = {}): World {
  const time = new ManualTime();
  const [service, ...others] = scenario.services ?? [];
  const emulator = createAzureDpsEmulator({
    now: time.now,
    delay: (ms) => new Promise((done) => void time.startTimer(ms, done)),
    canaryPrefix,
    record: true,
    scenario: {
      ...scenario,
      settings: { ...scenario.settings, ...options.settings },
      services: service === undefined ? [] : [{ ...service, ...options.service }, ...others],
    },
    ...options.emulator,
  });
  const traffic = new ContractTraffic();
  watched.add(traffic);
  const answer = traffic.wrap((request) => emulator.fetch(request));
  const sealer = new TestSealer();
  const { through = (request, next) => next(request) } = options;
  const providerOptions: AzureDpsProviderOptions = {
    name: "dps-prod",
    connection: { ...connection, ...options.connection },
    secret: async () => new Secret(clientSecret),
    sealer,
    fetch: (request) => through(request, answer),
    clock: time,
    startTimer: time.startTimer,
    ...options.provider,
  };
  const provider = createAzureDpsProvider(providerOptions);
  const parts = createParts(providerOptions, {
    bounds: { ...defaultBounds, ...options.provider?.bounds },
    settling: provider.settling,
    tokens: createEntraTokens(connection.credential, `${management}/.default`, providerOptions),
  });
  const context = () => ({ signal: new AbortController().signal, nowMs: time.now() });
  const managed = () => emulator.recorded().filter(({ url }) => url.startsWith(management));
  return {
    time,
    emulator,
    provider,
    sealer,
    parts,
    context,
    window: () => ({ ...context(), sendBefore: time.now() + 10_000 }),
    calls: () => managed().map(({ method, url }) => `${method} ${url.slice(management.length)}`),
    puts: () =>
      managed()
        .filter(({ method, url }) => method === "PUT" && !url.includes("/certificates/"))
        .map(({ requestHeaders: headers, requestText }) => ({ headers, body: JSON.parse(requestText) as PutBody })),
  };
}

export function rotationRequest(over: Record<string, unknown> = {}): OperationRequest {
  return {
    source: "/test",
    id: "rotation-1",
    type: "drover.azure-dps.rotate-policy-key",
    connection: "dps-prod",
    deadlineMs: 3_600_000,
    labels: {},
    fields: {
      ...where,
      policy,
      grace: "P1D",
      publish: [{ target: "vault", secret: "dps-key", format: "key" }],
      ...over,
    },
  } as OperationRequest;
}

/** Changes the JSON of answers to requests that match. */
export function rewriting(matches: RegExp, change: (body: Record<string, unknown>) => unknown): Through {
  return async (request, next) => {
    const response = await next(request);
    if (!matches.test(`${request.method} ${request.url}`)) return response;
    const body = (await response.json()) as Record<string, unknown>;
    return new Response(JSON.stringify(change(body)), { status: response.status, headers: response.headers });
  };
}

/** Answers requests that match in place of the service. */
export function answeringTo(matches: RegExp, make: (request: Request) => Response | Promise<Response>): Through {
  return async (request, next) => (matches.test(`${request.method} ${request.url}`) ? make(request) : next(request));
}

export const toService = /^GET .*\/provisioningServices\/dps-eu\?/;
export const toPut = /^PUT .*\/provisioningServices\/dps-eu\?/;
export const toKeys = /^POST .*\/dps-eu\/listkeys\?/;
export const toStatus = /operationresults\//i;

/** 32 bytes that no emulator makes. */
export const newKey = (fill: number): Secret => new Secret(Buffer.alloc(32, fill).toString("base64"));
