import {
  type AzureSphereEmulator,
  type AzureSphereScenario,
  createAzureSphereEmulator,
} from "../../../emulators/azure-sphere/index.ts";
import type { AzureSphereConnection } from "../../../lib/contracts/configuration.ts";
import type { Json } from "../../../lib/contracts/json.ts";
import type { Intent } from "../../../lib/contracts/operation.ts";
import type { CallContext, DeploymentProvider } from "../../../lib/contracts/provider.ts";
import type { OperationRequest } from "../../../lib/contracts/request.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import {
  type AzureSphereProviderOptions,
  createAzureSphereProvider,
} from "../../../lib/providers/azure-sphere/index.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { ManualTime } from "../support.ts";

export const tenantId = "768c2cd6-0000-4000-8000-000000000001";
export const directoryId = "d14ec701-0000-4000-8000-000000000001";
export const clientId = "c11e2700-0000-4000-8000-000000000001";
export const objectId = "c11e2700-0000-4000-8000-000000000002";
export const groupId = "c4b1067f-0000-4000-8000-000000000001";
export const lockedGroupId = "c4b1067f-0000-4000-8000-000000000002";
export const appImage = "985453bb-0000-4000-8000-000000000001";
export const boardImage = "985453bb-0000-4000-8000-000000000002";
export const nextAppImage = "985453bb-0000-4000-8000-000000000003";
/** Never to be seen anywhere but in the form that Entra gets. */
export const clientSecret = "canary~client-secret.4711/+=";

const product = { id: "5b0e7a10-0000-4000-8000-000000000002", tenantId, name: "coffee" };
const group = { tenantId, productId: product.id };

export const scenario: AzureSphereScenario = {
  tenants: [{ id: tenantId, name: "contoso" }],
  products: [product],
  groups: [
    { ...group, id: groupId, name: "field" },
    { ...group, id: lockedGroupId, name: "locked", updatePolicy: 1 },
  ],
  images: [
    { id: appImage, tenantId, name: "app", componentId: "c0000000-0000-4000-8000-000000000001" },
    { id: boardImage, tenantId, name: "board", componentId: "c0000000-0000-4000-8000-000000000002", type: 21 },
    { id: nextAppImage, tenantId, name: "app2", componentId: "C0000000-0000-4000-8000-000000000001" },
  ],
  clients: [{ directoryId, clientId, objectId, secret: clientSecret }],
  roles: [{ tenantId, objectId, roleNames: ["Contributor"] }],
};

export const connection: AzureSphereConnection = {
  kind: "azure-sphere",
  api: "legacy-v2",
  endpoint: "https://prod.core.sphere.azure.net",
  sphereTenantId: tenantId,
  credential: { kind: "client-secret", directoryId, clientId, secret: "vault:sphere-sp" },
};

export interface Fleet {
  readonly time: ManualTime;
  readonly emulator: AzureSphereEmulator;
  readonly provider: DeploymentProvider;
  /** Every request as it was sent, tokens included. */
  readonly sent: Request[];
  readonly context: () => CallContext;
  /** Method and path of every request to the API, without those to Entra. */
  readonly apiCalls: () => string[];
}

export interface FleetOptions {
  readonly scenario?: AzureSphereScenario;
  /** Stands between the provider and the emulator. */
  readonly through?: (request: Request, next: Fetch) => Promise<Response>;
  readonly provider?: Partial<AzureSphereProviderOptions>;
}

export function createFleet(options: FleetOptions = {}): Fleet {
  const time = new ManualTime();
  const emulator = createAzureSphereEmulator({
    now: time.now,
    delay: (ms) => new Promise((done) => void time.startTimer(ms, done)),
    scenario: { ...scenario, ...options.scenario },
  });
  const sent: Request[] = [];
  const { through = (request, next) => next(request) } = options;
  const fetch: Fetch = (request) => {
    sent.push(request);
    return through(request, (passed) => emulator.fetch(passed));
  };
  const secret = async () => new Secret(clientSecret);
  const provider = createAzureSphereProvider({
    name: "sphere-prod",
    connection,
    secret,
    fetch,
    clock: time,
    startTimer: time.startTimer,
    ...options.provider,
  });
  return {
    time,
    emulator,
    provider,
    sent,
    context: () => ({ signal: new AbortController().signal, nowMs: time.now() }),
    apiCalls: () =>
      emulator
        .requests()
        .filter(({ path }) => path.startsWith("/v2/"))
        .map(({ method, path }) => `${method} ${path}`),
  };
}

export function requestFor(images: readonly string[] = [appImage], deviceGroupId = groupId): OperationRequest {
  return {
    source: "/test",
    id: "release-1",
    type: "drover.azure-sphere.deploy",
    connection: "sphere-prod",
    deadlineMs: 3_600_000,
    labels: {},
    fields: { deviceGroupId, images },
  };
}

export function intentFor(time: ManualTime, prepared: Json, over: Partial<Intent> = {}): Intent {
  const now = time.now();
  return {
    nonce: "n",
    attempt: 1,
    prepared,
    writtenAt: now,
    sendBefore: now + 10_000,
    liveUntil: now + 40_000,
    settledAt: now + 340_000,
    ...over,
  };
}

/** Prepares and creates, and answers with what a poll needs. */
export async function start(fleet: Fleet, request = requestFor()) {
  const prepared = await fleet.provider.prepareDeployment(request, fleet.context());
  const intent = intentFor(fleet.time, prepared);
  const started = await fleet.provider.createDeployment(request, intent, fleet.context());
  return { request, prepared, intent, started };
}

/** Changes the body of answers whose path matches. */
export function rewriting(path: RegExp, change: (body: Record<string, unknown>) => unknown, method = "GET") {
  return async (request: Request, next: Fetch): Promise<Response> => {
    const response = await next(request);
    if (request.method !== method || !path.test(new URL(request.url).pathname)) return response;
    const body = (await response.json()) as Record<string, unknown>;
    return new Response(JSON.stringify(change(body)), {
      status: response.status,
      headers: { "x-ms-request-id": "rewritten" },
    });
  };
}
