import {
  createHeatEmulator,
  demoHeatIds,
  demoHeatScenario,
  type Flavour,
  type HeatEmulator,
  type HeatScenario,
} from "../../../emulators/heat/index.ts";
import type { HeatConnection } from "../../../lib/contracts/connections/heat.ts";
import type { Json, JsonObject } from "../../../lib/contracts/json.ts";
import type { Intent } from "../../../lib/contracts/operation.ts";
import type { CallContext, DeploymentProvider, Started } from "../../../lib/contracts/provider.ts";
import type { OperationRequest } from "../../../lib/contracts/request.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { createHeatProvider, type HeatProviderOptions } from "../../../lib/providers/heat/index.ts";
import { ManualTime } from "../support.ts";

export const ids = demoHeatIds;
export const [server = "", otherServer = ""] = ids.servers;
export const serverAt = (index: number) => ids.servers[index] ?? "";

const common: Pick<HeatConnection, "kind" | "inputSecrets" | "tempUrl"> = {
  kind: "heat",
  inputSecrets: ["vault:app-db"],
  tempUrl: { container: ids.container, key: "vault:temp-url-key", digest: "sha256" },
};

export const connections: Readonly<Record<Flavour, HeatConnection>> = {
  openstack: {
    ...common,
    flavour: "openstack",
    region: ids.openstack.region,
    authUrl: "https://cloud.example:5000/v3",
    interface: "public",
    credential: {
      kind: "password",
      user: ids.openstack.userName,
      domainId: ids.openstack.domainId,
      projectId: ids.openstack.projectId,
      password: "vault:login",
    },
  },
  otc: {
    ...common,
    flavour: "otc",
    region: ids.otc.region,
    authUrl: "https://iam.eu-de.otc.example/v3",
    interface: "public",
    credential: {
      kind: "password",
      user: ids.otc.userName,
      domain: ids.otc.domainName,
      project: ids.otc.projectName,
      password: "vault:login",
    },
  },
  rackspace: {
    ...common,
    flavour: "rackspace",
    region: "dfw",
    authUrl: "https://identity.example/v2.0",
    credential: { kind: "api-key", user: ids.rackspace.userName, apiKey: "vault:login" },
  },
};

export const applicationCredential: HeatConnection = {
  ...common,
  flavour: "openstack",
  region: ids.openstack.region,
  authUrl: "https://cloud.example:5000/v3",
  interface: "public",
  credential: { kind: "application-credential", id: ids.openstack.credentialId, secret: "vault:login" },
};

/** Never to be seen anywhere but in the config that Heat gets. */
export const inputSecret = 'canary~input."4711"';

const logins: Readonly<Record<Flavour, string>> = {
  openstack: ids.openstack.password,
  otc: ids.otc.password,
  rackspace: ids.rackspace.apiKey,
};

export interface Cloud {
  readonly time: ManualTime;
  readonly emulator: HeatEmulator;
  readonly provider: DeploymentProvider;
  readonly options: HeatProviderOptions;
  readonly connection: HeatConnection;
  /** Every request as it was sent, tokens included. */
  readonly sent: Request[];
  readonly context: () => CallContext;
  /** Method and path of every request to Heat, without the project. */
  readonly calls: () => string[];
}

export interface CloudOptions {
  readonly flavour?: Flavour;
  readonly scenario?: HeatScenario;
  readonly connection?: HeatConnection;
  readonly through?: (request: Request, next: Fetch) => Promise<Response>;
  readonly provider?: Partial<HeatProviderOptions>;
  readonly secrets?: Readonly<Record<string, string>>;
}

export function createCloud(options: CloudOptions = {}): Cloud {
  const { flavour = "openstack", through = (request, next) => next(request) } = options;
  const time = new ManualTime();
  const { faults: _none, ...scenario } = demoHeatScenario(flavour);
  const emulator = createHeatEmulator({
    now: time.now,
    delay: (ms) => new Promise((done) => void time.startTimer(ms, done)),
    scenario: { ...scenario, ...options.scenario },
  });
  const sent: Request[] = [];
  const secrets: Readonly<Record<string, string>> = {
    "vault:login": logins[flavour],
    "vault:temp-url-key": ids.tempUrlKey,
    "vault:app-db": inputSecret,
    ...options.secrets,
  };
  const connection = options.connection ?? connections[flavour];
  const providerOptions: HeatProviderOptions = {
    name: "fleet",
    connection,
    secret: async (reference) => new Secret(secrets[reference] ?? ""),
    fetch: (request) => {
      sent.push(request.clone());
      return through(request, (passed) => emulator.fetch(passed));
    },
    clock: time,
    startTimer: time.startTimer,
    ...options.provider,
  };
  return {
    time,
    emulator,
    connection,
    options: providerOptions,
    provider: createHeatProvider(providerOptions),
    sent,
    context: () => ({ signal: new AbortController().signal, nowMs: time.now() }),
    calls: () =>
      emulator
        .requests()
        .filter(({ path }) => /\/software_/.test(path))
        .map(({ method, path }) => `${method} ${path.replace(/^.*(?=\/software_)/, "")}`),
  };
}

export interface Asked {
  readonly servers?: readonly string[];
  readonly deployment?: JsonObject;
  readonly useConfig?: "derived" | "as-is";
  readonly completion?: "as-configured" | "temp-url" | "external";
  readonly cleanUp?: "never" | "after-success" | "always";
  readonly outputs?: "digest" | "full";
  readonly siblings?: number;
}

export function requestFor(asked: Asked = {}, id = "release-1"): OperationRequest {
  const deployment = { config_id: ids.configId, ...asked.deployment };
  const fields = { completion: "temp-url", servers: [server], ...asked, deployment } as JsonObject;
  return {
    source: "/test",
    id,
    type: "drover.heat.deploy",
    connection: "fleet",
    deadlineMs: 3_600_000,
    labels: {},
    fields,
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
    settledAt: now + 220_000,
    ...over,
  };
}

export interface Made {
  readonly request: OperationRequest;
  readonly intents: Record<string, Intent>;
}

/** The basis, and the intent of the deployment: everything up to the one create. */
export async function prepared(
  cloud: Cloud,
  request = requestFor(),
  nonce = "n",
): Promise<Made & { readonly intent: Intent }> {
  const { provider, time } = cloud;
  const intents: Record<string, Intent> = {};
  const basis = provider.basisOf?.(request, cloud.context());
  let result: Json | undefined;
  if (basis !== undefined) {
    const intent = intentFor(time, await basis.prepare(), { nonce });
    result = await basis.create(intent);
    intents["basis"] = { ...intent, result };
  }
  const intent = intentFor(time, await provider.prepareDeployment(request, cloud.context(), result), { nonce });
  intents["deployment"] = intent;
  return { request, intents, intent };
}

export async function start(cloud: Cloud, request = requestFor()): Promise<Made & { readonly started: Started }> {
  const made = await prepared(cloud, request);
  const started = await cloud.provider.createDeployment(request, made.intent, cloud.context());
  made.intents["deployment"] = { ...made.intent, result: started as Json };
  return { ...made, started };
}

/** Lets time pass until it has ended, as the engine polls it. */
export async function finish(cloud: Cloud, { request, started, intents }: Made & { readonly started: Started }) {
  for (let look = 0; look < 50; look += 1) {
    cloud.time.advance(5_000);
    const polled = await cloud.provider.poll(request, started.handle, intents["deployment"], cloud.context());
    if (polled.kind !== "in-progress") return polled;
  }
  throw new Error("Expected an end within 50 looks, got none");
}

/** A cloud that answers what a test says: the login by itself, everything else by the first answer that fits. */
export interface Scripted {
  readonly time: ManualTime;
  readonly provider: DeploymentProvider;
  readonly options: HeatProviderOptions;
  readonly sent: { readonly method: string; readonly path: string; readonly text: string; readonly request: Request }[];
  readonly context: () => CallContext;
}

export type Script = (method: string, path: string, text: string) => Response | Promise<Response> | undefined;

export const heatUrl = "https://heat.example/v1/p1";
export const storeUrl = "https://store.example/v1/AUTH_p1";
export const tokenText = "canary-token-0815";

export function keystoneToken(over: JsonObject = {}): JsonObject {
  const endpoint = (url: string) => ({ interface: "public", region: "R1", region_id: "R1", url });
  return {
    issued_at: "2026-11-21T09:00:00.000000Z",
    expires_at: "2026-11-21T10:00:00.000000Z",
    project: { id: "p1", name: "one" },
    roles: [{ name: "member" }],
    catalog: [
      { type: "orchestration", endpoints: [endpoint(heatUrl)] },
      { type: "object-store", endpoints: [endpoint(storeUrl)] },
    ],
    ...over,
  };
}

export const scriptedConnection: HeatConnection = {
  ...common,
  flavour: "openstack",
  region: "R1",
  authUrl: "https://keystone.example/v3",
  interface: "public",
  origins: ["https://heat.example", "https://store.example"],
  credential: { kind: "password", userId: "u1", projectId: "p1", password: "vault:login" },
};

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "x-openstack-request-id": "req-1111", ...headers },
  });
}

export function createScripted(
  script: Script,
  over: {
    readonly bounds?: HeatProviderOptions["bounds"];
    readonly connection?: HeatConnection;
    readonly token?: JsonObject;
    readonly secrets?: CloudOptions["secrets"];
  } = {},
): Scripted {
  const time = new ManualTime();
  const sent: Scripted["sent"] = [];
  const secrets: Readonly<Record<string, string>> = {
    "vault:login": "canary-login-4711",
    "vault:temp-url-key": "canary-key-4711",
    "vault:app-db": inputSecret,
    ...over.secrets,
  };
  const options: HeatProviderOptions = {
    name: "fleet",
    connection: over.connection ?? scriptedConnection,
    secret: async (reference) => new Secret(secrets[reference] ?? ""),
    fetch: async (request) => {
      const text = request.method === "GET" || request.method === "HEAD" ? "" : await request.clone().text();
      const url = new URL(request.url);
      const path = `${url.pathname}${url.search}`.replace(/^\/v1\/(?:AUTH_)?p1/, "");
      sent.push({ method: request.method, path, text, request });
      const answer = await script(request.method, path, text);
      if (answer !== undefined) return answer;
      if (path === "/v3/auth/tokens") {
        return json(201, { token: keystoneToken(over.token) }, { "x-subject-token": tokenText });
      }
      return json(404, heatFault(404, "NotFound", "not here"));
    },
    clock: time,
    startTimer: time.startTimer,
    bounds: over.bounds,
  };
  return {
    time,
    options,
    sent,
    provider: createHeatProvider(options),
    context: () => ({ signal: new AbortController().signal, nowMs: time.now() }),
  };
}

export function heatFault(code: number, type: string, message?: string): JsonObject {
  return {
    code,
    title: "Title",
    explanation: "The explanation.",
    error: { type, traceback: null, ...(message === undefined ? {} : { message }) },
  };
}

export const place = "r1/p1";
export const derivedId = "d0000000-0000-4000-8000-000000000001";
export const rowId = "e0000000-0000-4000-8000-000000000001";
export const preparedDerived = { configId: derivedId, derived: true, place };
export const handle = { deploymentId: rowId, configId: derivedId, derived: true, serverId: server, place };

export function rowOf(over: JsonObject = {}): JsonObject {
  return {
    id: rowId,
    config_id: derivedId,
    server_id: server,
    action: "CREATE",
    status: "IN_PROGRESS",
    status_reason: "Deploy data available",
    input_values: {},
    output_values: null,
    creation_time: "2026-11-21T09:00:00Z",
    ...over,
  };
}

export const deployment = (over: JsonObject = {}) => ({ software_deployment: rowOf(over) });
