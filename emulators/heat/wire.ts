import type { Settings } from "./settings.ts";
import { heatTime } from "./times.ts";
import type { Config, Deployment } from "./world.ts";

export function wireDeployment(settings: Settings, row: Deployment, asSent: object = {}): object {
  const updatedAtMs = row.updatedAtMs ?? (settings.updatedTimeInCreate ? row.createdAtMs : null);
  return {
    id: row.id,
    server_id: row.serverId,
    input_values: row.inputValues,
    output_values: row.outputValues,
    action: row.action,
    status: row.status,
    status_reason: row.statusReason,
    config_id: row.configId,
    creation_time: heatTime(settings, row.createdAtMs),
    ...asSent,
    ...(updatedAtMs === null ? {} : { updated_time: heatTime(settings, updatedAtMs) }),
  };
}

export function wireConfig(settings: Settings, config: Config): object {
  const { inputs, outputs, options } = config;
  return { ...wireConfigSummary(settings, config), config: config.config, inputs, outputs, options };
}

export function wireConfigSummary(settings: Settings, config: Config): object {
  const { id, name, group, createdAtMs } = config;
  return { id, name, group, creation_time: heatTime(settings, createdAtMs) };
}
