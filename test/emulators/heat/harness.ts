import { createHmac } from "node:crypto";
import {
  createHeatEmulator,
  type HeatEmulator,
  type HeatOptions,
  type HeatScenario,
} from "../../../emulators/heat/index.ts";

export const START_MS = Date.UTC(2026, 10, 21, 4);
export const ORIGIN = "http://cloud.test";

export const ids = {
  project: "a0000000000040008000000000000001",
  otherProject: "a0000000000040008000000000000002",
  config: "c0000000-0000-4000-8000-000000000001",
  foreignConfig: "c0000000-0000-4000-8000-000000000002",
  server: "5e000000-0000-4000-8000-000000000001",
  deaf: "5e000000-0000-4000-8000-000000000002",
  nobody: "00000000-0000-4000-8000-0000000000ff",
} as const;

const key = "temp-url-key";
const member = (id: string, name: string, projectId: string, ...roles: string[]) => {
  return { id, name, password: `${name}-password`, apiKey: `${name}-key`, grants: [{ projectId, roles }] };
};

export const scenario: HeatScenario = {
  projects: [
    { id: ids.project, name: "ours", tempUrlKeys: [key] },
    { id: ids.otherProject, name: "theirs", domain: { id: "d2", name: "Elsewhere" } },
  ],
  users: [
    member("b1", "member", ids.project, "member"),
    member("b2", "reader", ids.project, "reader"),
    member("b3", "stranger", ids.otherProject, "member"),
    member("b4", "admin", ids.otherProject, "admin"),
    member("b5", "creator", ids.project, "heat:creator"),
    member("b6", "stack-user", ids.project, "heat_stack_user"),
  ],
  applicationCredentials: [
    { id: "cred", name: "ci", secret: "s3", userId: "b1", projectId: ids.project, roles: ["member"] },
  ],
  servers: [{ id: ids.server }, { id: ids.deaf, agent: false }],
  configs: [
    { id: ids.config, projectId: ids.project, name: "ours", group: "script", config: "#!/bin/sh\n" },
    { id: ids.foreignConfig, projectId: ids.otherProject, name: "theirs", group: "script" },
  ],
  containers: [{ projectId: ids.project, name: "signals" }],
};

export interface Row {
  id: string;
  server_id: string;
  input_values: unknown;
  output_values: Record<string, unknown> | null;
  action: unknown;
  status: string | null;
  status_reason: string;
  config_id: string;
  creation_time: string;
  updated_time?: string;
}

export interface ConfigWire {
  id: string;
  name: string | null;
  group: string | null;
  config: unknown;
  inputs: unknown[];
}

export interface Reply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

/** An emulator with a small world, a clock of its own and a member's hand. */
export class Bench {
  nowMs = START_MS;
  readonly emulator: HeatEmulator;
  readonly waits: number[] = [];
  #token: string | undefined;
  #next = 0;

  constructor(options: Partial<HeatOptions> = {}) {
    this.emulator = createHeatEmulator({
      now: () => this.nowMs,
      newId: () => `${(++this.#next).toString(16).padStart(8, "0")}-0000-4000-8000-0000000000aa`,
      delay: async (ms) => {
        this.waits.push(ms);
        this.nowMs += ms;
      },
      scenario,
      ...options,
    });
  }

  pass(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  async token(): Promise<string> {
    this.#token ??= await this.logIn("member");
    return this.#token;
  }

  async logIn(user: string, projectId: string = ids.project): Promise<string> {
    const reply = await this.keystone(passwordLogin(user, { project: { id: projectId } }));
    const token = reply.headers.get("x-subject-token");
    if (token === null) throw new Error(`Expected a token for ${user}, got ${reply.status} ${reply.text}`);
    return token;
  }

  async keystone(auth: unknown): Promise<Reply<KeystoneBody>> {
    return this.send("POST", "/v3/auth/tokens", { auth }, null);
  }

  async send<T>(
    method: string,
    path: string,
    body?: unknown,
    token?: string | null,
    extra: { readonly signal?: AbortSignal; readonly headers?: Record<string, string> } = {},
  ): Promise<Reply<T>> {
    const used = token === undefined ? await this.token() : token;
    const headers = { ...(used === null ? {} : { "x-auth-token": used }), ...extra.headers };
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const init = { method, headers, ...(text === undefined ? {} : { body: text }) };
    const signal = extra.signal === undefined ? {} : { signal: extra.signal };
    const response = await this.emulator.fetch(new Request(`${ORIGIN}${path}`, { ...init, ...signal }));
    const answer = await response.text();
    return { status: response.status, headers: response.headers, text: answer, body: parsed(answer) as T };
  }

  heat<T = Row>(method: string, path: string, body?: unknown, token?: string): Promise<Reply<T>> {
    return this.send(method, `/v1/${ids.project}${path}`, body, token);
  }

  async create(fields: object = {}, token?: string): Promise<Reply<{ software_deployment: Row }>> {
    const usual = { config_id: ids.config, server_id: ids.server, status: "IN_PROGRESS", action: "CREATE" };
    return this.heat("POST", "/software_deployments", { ...usual, ...fields }, token);
  }

  async config(fields: object = {}): Promise<string> {
    const reply = await this.heat<{ software_config: ConfigWire }>("POST", "/software_configs", {
      name: "made",
      group: "script",
      config: "#!/bin/sh\n",
      ...fields,
    });
    return reply.body.software_config.id;
  }

  async show(id: string): Promise<Row> {
    return (await this.heat<{ software_deployment: Row }>("GET", `/software_deployments/${id}`)).body
      .software_deployment;
  }

  async list(serverId?: string): Promise<Row[]> {
    const query = serverId === undefined ? "" : `?server_id=${serverId}`;
    const reply = await this.heat<{ software_deployments: Row[] }>("GET", `/software_deployments${query}`);
    return reply.body.software_deployments;
  }

  /** A config whose runs are signalled by temporary URL, and a row of it. */
  async signalled(options: SignalOptions = {}): Promise<Row> {
    const configId = await this.config({
      inputs: [...(options.inputs ?? []), ...tempUrlInputs(this.nowMs, options)],
      outputs: options.outputs ?? [{ name: "result" }],
    });
    return (await this.create({ config_id: configId })).body.software_deployment;
  }
}

export interface SignalOptions {
  readonly inputs?: readonly object[];
  readonly outputs?: readonly object[];
  readonly key?: string;
  readonly verb?: string | null;
  readonly lifeMs?: number;
  readonly digest?: string;
  readonly container?: string;
  readonly object?: string;
  readonly projectId?: string;
}

export interface KeystoneBody {
  token: {
    expires_at: string;
    project?: { id: string };
    roles?: { name: string }[];
    catalog?: { type: string; endpoints: { interface: string; region_id: string; url: string }[] }[];
  };
  error: { message: string };
}

export function passwordLogin(user: string, scope?: unknown, password = `${user}-password`): object {
  const identity = { methods: ["password"], password: { user: { name: user, domain: { id: "default" }, password } } };
  return scope === undefined ? { identity } : { identity, scope };
}

export function tempUrl(nowMs: number, options: SignalOptions = {}, method = "PUT"): string {
  const expires = Math.floor((nowMs + (options.lifeMs ?? 3_600_000)) / 1_000);
  const path = `/v1/AUTH_${options.projectId ?? ids.project}/${options.container ?? "signals"}/${options.object ?? "one"}`;
  const hmac = createHmac(options.digest ?? "sha1", options.key ?? key);
  const signature = hmac.update(`${method}\n${expires}\n${path}`).digest("hex");
  return `${ORIGIN}${path}?temp_url_sig=${signature}&temp_url_expires=${expires}`;
}

export function tempUrlInputs(nowMs: number, options: SignalOptions = {}): readonly object[] {
  const { verb = "PUT" } = options;
  return [
    { name: "deploy_signal_transport", type: "String", value: "TEMP_URL_SIGNAL" },
    { name: "deploy_signal_id", type: "String", value: tempUrl(nowMs, options) },
    ...(verb === null ? [] : [{ name: "deploy_signal_verb", type: "String", value: verb }]),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
