import * as z from "zod/mini";
import { InvalidInputError, PermanentError } from "../../contracts/errors.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type { ServiceCall } from "./client.ts";
import { configsPath, listConfigs, removeConfig } from "./configs.ts";
import { bodyMaxBytes, provider } from "./errors.ts";
import { createParts, type Parts, type PartsOptions } from "./parts.ts";
import { removeRow } from "./rows.ts";
import { isHeatStatus } from "./status.ts";
import { isId } from "./wire.ts";

/** What a person may set on a row. Absent values stay as they are; nothing can be cleared. */
export interface DeploymentChange {
  readonly status?: string;
  readonly status_reason?: string;
  readonly output_values?: JsonObject;
  readonly input_values?: JsonObject;
  readonly action?: string;
  readonly config_id?: string;
}

/** Plain calls for people, each answered with the vendor's JSON. */
export interface HeatOperator {
  readonly configs: {
    create(body: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
    get(id: string, signal?: AbortSignal): Promise<JsonObject>;
    /** All pages, up to the bound; `complete` is false beyond it. */
    list(signal?: AbortSignal): Promise<JsonObject>;
    delete(id: string, signal?: AbortSignal): Promise<void>;
  };
  readonly deployments: {
    list(serverId?: string, signal?: AbortSignal): Promise<JsonObject>;
    show(id: string, signal?: AbortSignal): Promise<JsonObject>;
    update(id: string, change: DeploymentChange, signal?: AbortSignal): Promise<JsonObject>;
    delete(id: string, signal?: AbortSignal): Promise<void>;
  };
}

const anyObject = z.record(z.string(), z.unknown());
const rowSchema = z.object({ software_deployment: z.looseObject({ config_id: z.unknown(), action: z.unknown() }) });
const deploymentsPath = "/software_deployments";
const never = new AbortController().signal;

export function createHeatOperator(options: PartsOptions): HeatOperator {
  const parts = createParts(options);
  return { configs: configCalls(parts), deployments: deploymentCalls(parts) };
}

async function answered({ client }: Parts, call: ServiceCall, signal: AbortSignal): Promise<JsonObject> {
  const { value } = await client.read(call, anyObject, signal);
  return value as JsonObject;
}

function configCalls(parts: Parts): HeatOperator["configs"] {
  return {
    create: async (body, signal = never) => {
      const about = "a software config";
      const call = { method: "POST", path: configsPath, about, operation: "create-config", body: json(body) } as const;
      return (await parts.client.create(call, anyObject, { signal })).value as JsonObject;
    },
    get: (id, signal = never) =>
      answered(
        parts,
        {
          method: "GET",
          path: `${configsPath}/${pathId(id)}`,
          about: `software config ${id}`,
          operation: "read-config",
        },
        signal,
      ),
    list: async (signal = never) => {
      const { configs, complete } = await listConfigs(parts, signal);
      return { software_configs: configs as readonly JsonObject[], complete };
    },
    delete: async (id, signal = never) => {
      const removal = await removeConfig(parts, pathId(id), signal);
      if (removal.kind === "undecided") throw parts.client.refusal(removal.asked);
      if (removal.kind === "gone") return;
      throw new PermanentError(
        `Expected software config ${id} without deployments, got one that a deployment names: delete the deployment first`,
        { code: "config-in-use", provider, operation: "delete-config" },
      );
    },
  };
}

function deploymentCalls(parts: Parts): HeatOperator["deployments"] {
  const row = (id: string) => ({ path: `${deploymentsPath}/${pathId(id)}`, about: `deployment ${id}` });
  return {
    list: (serverId, signal = never) =>
      answered(
        parts,
        {
          method: "GET",
          path: deploymentsPath,
          ...(serverId === undefined ? {} : { query: { server_id: serverId } }),
          about: "deployments",
          operation: "list-deployments",
          maxBytes: parts.bounds.listBytes,
        },
        signal,
      ),
    show: (id, signal = never) => answered(parts, { method: "GET", ...row(id), operation: "show-deployment" }, signal),
    update: async (id, change, signal = never) => {
      refuseUnknownStatus(change);
      const call = { method: "GET", ...row(id), operation: "show-deployment" } as const;
      const { value } = await parts.client.read(call, rowSchema, signal);
      const { config_id, action } = value.software_deployment;
      // Rackspace asks for both; an action that the row does not have yet is the default one.
      const body = json({ config_id, action: action ?? "CREATE", ...change });
      return await answered(parts, { method: "PUT", ...row(id), operation: "update-deployment", body }, signal);
    },
    delete: (id, signal = never) => removeRow(parts, pathId(id), signal),
  };
}

/** Heat stores whatever it is sent, and nothing would ever poll such a row to an end. */
function refuseUnknownStatus({ status }: DeploymentChange): void {
  if (status === undefined || isHeatStatus(status)) return;
  throw new InvalidInputError("Expected a status out of IN_PROGRESS, COMPLETE, FAILED, got another one", { provider });
}

function pathId(id: string): string {
  if (isId(id)) return id;
  throw new InvalidInputError("Expected an id of letters, digits, - and _, got other characters", { provider });
}

function json(body: unknown) {
  const text = JSON.stringify(body);
  const bytes = Buffer.byteLength(text);
  if (bytes > bodyMaxBytes) {
    throw new InvalidInputError(`Expected a body of at most ${bodyMaxBytes} bytes, got ${bytes}`, { provider });
  }
  return { contentType: "application/json", text };
}
