import {
  type AzureSphereEmulator,
  type AzureSphereOptions,
  type AzureSphereScenario,
  createAzureSphereEmulator,
} from "../../../emulators/azure-sphere/index.ts";

export const SCOPE = "https://firstparty.sphere.azure.net/api/.default";
export const START_MS = Date.UTC(2026, 10, 21, 4);

export const ids = {
  tenant: "768c2cd6-0000-4000-8000-000000000001",
  otherTenant: "768c2cd6-0000-4000-8000-000000000002",
  product: "9209d4c7-0000-4000-8000-000000000001",
  group: "c4b1067f-0000-4000-8000-000000000001",
  otherGroup: "c4b1067f-0000-4000-8000-000000000002",
  foreignGroup: "c4b1067f-0000-4000-8000-000000000003",
  app: "985453bb-0000-4000-8000-000000000001",
  board: "985453bb-0000-4000-8000-000000000002",
  appNext: "985453bb-0000-4000-8000-000000000003",
  processing: "985453bb-0000-4000-8000-000000000004",
  device: "ab".repeat(64),
  directory: "d14ec701-0000-4000-8000-000000000001",
  client: "c11e2700-0000-4000-8000-000000000001",
  clientObject: "c11e2700-0000-4000-8000-000000000002",
  reader: "c11e2700-0000-4000-8000-000000000003",
  readerObject: "c11e2700-0000-4000-8000-000000000004",
  stranger: "c11e2700-0000-4000-8000-000000000005",
  strangerObject: "c11e2700-0000-4000-8000-000000000006",
  identity: "1de27170-0000-4000-8000-000000000001",
  identityObject: "1de27170-0000-4000-8000-000000000002",
  nobody: "00000000-0000-4000-8000-0000000000ff",
} as const;

export const secrets = {
  client: "client-secret",
  reader: "reader-secret",
  stranger: "stranger-secret",
  identity: "id",
};

const component = (n: number): string => `c0b0e270-0000-4000-8000-00000000000${n}`;

export const scenario: AzureSphereScenario = {
  tenants: [
    { id: ids.tenant, name: "ours" },
    { id: ids.otherTenant, name: "theirs" },
  ],
  products: [
    { id: ids.product, tenantId: ids.tenant, name: "Coffee Machine" },
    { id: ids.nobody, tenantId: ids.otherTenant, name: "Theirs" },
  ],
  groups: [
    { id: ids.group, tenantId: ids.tenant, productId: ids.product, name: "Field" },
    { id: ids.otherGroup, tenantId: ids.tenant, productId: ids.product, name: "Lab", updatePolicy: 1, osFeedType: 1 },
    { id: ids.foreignGroup, tenantId: ids.otherTenant, productId: ids.nobody, name: "Field" },
  ],
  images: [
    { id: ids.app, tenantId: ids.tenant, name: "app", componentId: component(1) },
    { id: ids.board, tenantId: ids.tenant, name: "board", componentId: component(2), type: 21 },
    { id: ids.appNext, tenantId: ids.tenant, name: "app-next", componentId: component(1) },
    { id: ids.processing, tenantId: ids.tenant, name: "late", componentId: component(3), status: "Processing" },
  ],
  devices: [{ id: ids.device, tenantId: ids.tenant, deviceGroupId: ids.group }],
  clients: [
    { directoryId: ids.directory, clientId: ids.client, secret: secrets.client, objectId: ids.clientObject },
    { directoryId: ids.directory, clientId: ids.reader, secret: secrets.reader, objectId: ids.readerObject },
    { directoryId: ids.directory, clientId: ids.stranger, secret: secrets.stranger, objectId: ids.strangerObject },
  ],
  managedIdentities: [
    {
      directoryId: ids.directory,
      clientId: ids.identity,
      objectId: ids.identityObject,
      identityHeader: secrets.identity,
    },
  ],
  roles: [
    { tenantId: ids.tenant, objectId: ids.clientObject, roleNames: ["Contributor"] },
    { tenantId: ids.tenant, objectId: ids.readerObject, roleNames: ["Reader"] },
    { tenantId: ids.tenant, objectId: ids.identityObject, roleNames: ["Administrator"] },
  ],
};

export interface OperationWire {
  OperationId: string;
  TenantId: string;
  OperationType: number;
  State: number;
  Error: { Code: number; Message: string | null } | null;
  CreatedDateUTC: string;
  StartedDateUTC: string | null;
  CompletedDateUTC: string | null;
  ResourceLocation: string | null;
  DetailsLocation: string | null;
}

export interface DeploymentWire {
  Id: string;
  TenantId: string;
  DeployedImages: string[];
  DeploymentDateUtc: string;
}

export interface GroupWire {
  Id: string;
  Name: string;
  UpdatePolicy: number;
  CurrentDeployment: DeploymentWire | null;
}

export interface ListWire<T> {
  Items: T[];
  ContinuationToken: string | null;
}

export interface ProblemWire {
  Type: string;
  Title: string;
  Status: number;
  Detail: string;
  Instance: string | null;
  ErrorCode: string;
  Extensions: object;
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
  /** Default: a token of the contributor; null sends none. */
  readonly token?: string | null;
}

export class Harness {
  nowMs = START_MS;
  readonly emulator: AzureSphereEmulator;
  #ids = 0;
  #token: { readonly text: string; readonly atMs: number } | null = null;

  constructor(options: Partial<AzureSphereOptions> = {}) {
    this.emulator = createAzureSphereEmulator({
      now: () => this.nowMs,
      newId: () => `00000000-0000-4000-9000-${(++this.#ids).toString(16).padStart(12, "0")}`,
      scenario,
      ...options,
    });
  }

  tick(ms: number): void {
    this.nowMs += ms;
  }

  async token(clientId: string = ids.client, secret = secrets.client, scope = SCOPE): Promise<string> {
    const reply = await this.askToken({ client_id: clientId, client_secret: secret, scope });
    const { access_token }: { access_token: string } = JSON.parse(reply.text);
    return access_token;
  }

  askToken(form: Record<string, string>, directory: string = ids.directory): Promise<Reply<Record<string, unknown>>> {
    return this.ask(`/${directory}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", ...form }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
      token: null,
    });
  }

  /** Asks for any path, and reads the answer leniently: JSON when it is, null otherwise. */
  async ask<T>(path: string, ask: Ask = {}): Promise<Reply<T>> {
    const response = await this.send(path, ask);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  async send(path: string, ask: Ask = {}): Promise<Response> {
    const token = ask.token === undefined ? await this.#freshToken() : ask.token;
    const request = new Request(`https://prod.core.sphere.azure.net${path}`, {
      method: ask.method ?? "GET",
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(ask.body === undefined ? {} : { "content-type": "application/json" }),
        ...ask.headers,
      },
      ...(ask.body === undefined ? {} : { body: typeof ask.body === "string" ? ask.body : JSON.stringify(ask.body) }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
    return this.emulator.fetch(request);
  }

  async #freshToken(): Promise<string> {
    if (this.#token === null || this.nowMs - this.#token.atMs > 1_800_000) {
      this.#token = { text: await this.token(), atMs: this.nowMs };
    }
    return this.#token.text;
  }

  tenant<T>(path: string, ask: Ask = {}): Promise<Reply<T>> {
    return this.ask(`/v2/tenants/${ids.tenant}${path}`, ask);
  }

  create(imageIds: unknown = [ids.app], group: string = ids.group, ask: Ask = {}): Promise<Reply<OperationWire>> {
    return this.tenant(`/devicegroups/${group}/deployments`, { method: "POST", body: imageIds, ...ask });
  }

  operation(id: string): Promise<Reply<OperationWire>> {
    return this.tenant(`/operations/${id}`);
  }

  details(id: string): Promise<Reply<OperationWire>> {
    return this.tenant(`/operationTypes/deploytodevicegroup/operations/${id}`);
  }

  history(group: string = ids.group, query = ""): Promise<Reply<ListWire<DeploymentWire>>> {
    return this.tenant(`/devicegroups/${group}/deployments${query}`);
  }

  group(group: string = ids.group): Promise<Reply<GroupWire>> {
    return this.tenant(`/devicegroups/${group}`);
  }

  /** Creates a deployment, lets it end and reads its operation. */
  async run(imageIds: readonly string[] = [ids.app], group: string = ids.group): Promise<OperationWire> {
    const { body } = await this.create(imageIds, group);
    this.tick(5_000);
    return (await this.operation(body.OperationId)).body;
  }
}

export const deployPath = `/v2/tenants/${ids.tenant}/devicegroups/${ids.group}/deployments`;

function parsed<T>(text: string): T {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse("null");
  }
}
