import { type Answer, json } from "../answer.ts";
import { asRecord, type HeatCall } from "../call.ts";
import { column, columns, fits } from "../columns.ts";
import { fault, remoteError } from "../error-shapes.ts";
import { isReferenced } from "../rows.ts";
import { wholeSeconds } from "../times.ts";
import { wireConfig, wireConfigSummary } from "../wire.ts";
import type { Config } from "../world.ts";
import { limitReached } from "./row-limit.ts";

export function createConfig(call: HeatCall): Answer {
  const { world, settings } = call;
  const body = asRecord(call.json);
  if (body === null) return fault(settings, 400);
  const { inputs = null, outputs = null, options, config = null } = body;
  if (!isSchemaList(inputs) || !isSchemaList(outputs)) return fault(settings, 400);
  const [name, group] = [column(body["name"]), column(body["group"])];
  if (!fits(settings, name, columns.name) || !fits(settings, group, columns.name)) return remoteError(settings);
  const existing = () => [...world.configs.values()].filter(({ projectId }) => projectId === call.projectId);
  const refusal = limitReached(settings, () => existing().length, "software configs");
  if (refusal !== null) return refusal;
  const created: Config = {
    id: world.newId(),
    projectId: call.projectId,
    name,
    group,
    config,
    inputs: inputs ?? [],
    outputs: outputs ?? [],
    options: options ?? {},
    createdAtMs: call.atMs,
  };
  world.configs.set(created.id, created);
  return json(200, { software_config: wireConfig(settings, created) });
}

function isSchemaList(value: unknown): value is readonly object[] | null {
  if (value === null) return true;
  return Array.isArray(value) && value.every((item) => asRecord(item) !== null);
}

/**
 * Newest first with whole seconds, then by id downwards: the source sorts so by default, and the one recorded page agrees. A marker
 * that is no config of the project is a 404.
 */
export function listConfigs(call: HeatCall): Answer {
  const { world, settings, url } = call;
  const visible = [...world.configs.values()].filter((config) => mayRead(call, config));
  visible.sort((a, b) => wholeSeconds(b.createdAtMs) - wholeSeconds(a.createdAtMs) || (a.id < b.id ? 1 : -1));
  const marker = url.searchParams.get("marker");
  const begin = marker === null ? 0 : visible.findIndex(({ id }) => id === marker) + 1;
  if (marker !== null && begin === 0) return unknownConfig(call, marker);
  const limit = url.searchParams.get("limit");
  if (limit !== null && !/^\d+$/.test(limit)) {
    return fault(settings, 400, { message: `Only integer is allowed by 'limit': ${limit}` });
  }
  const page = visible.slice(begin, limit === null ? undefined : begin + Number(limit));
  return json(200, { software_configs: page.map((config) => wireConfigSummary(settings, config)) });
}

export function showConfig(call: HeatCall): Answer {
  const config = findConfig(call);
  if (config === null) return unknownConfig(call, call.params[0] ?? "");
  return json(200, { software_config: wireConfig(call.settings, config) });
}

/** The fence: a config that a row names cannot go, and a row cannot name a config that has gone. */
export function deleteConfig(call: HeatCall): Answer {
  const config = findConfig(call);
  if (config === null) return unknownConfig(call, call.params[0] ?? "");
  if (isReferenced(call.world, config.id)) {
    const message = `Software config with id ${config.id} can not be deleted as it is referenced.`;
    return fault(call.settings, 500, { type: "InvalidRestrictedAction", message });
  }
  call.world.configs.delete(config.id);
  return { status: 204, headers: [], text: "" };
}

function findConfig(call: HeatCall): Config | null {
  const config = call.world.configs.get(call.params[0] ?? "");
  return config !== undefined && mayRead(call, config) ? config : null;
}

function mayRead({ isAdmin, projectId }: HeatCall, config: Config): boolean {
  return isAdmin || config.projectId === projectId;
}

function unknownConfig({ settings }: HeatCall, id: string): Answer {
  return fault(settings, 404, { type: "NotFound", message: `Software config with id ${id} not found` });
}
