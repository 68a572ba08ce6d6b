import { decoded, type HeatCall } from "./call.ts";
import { inputText } from "./config-inputs.ts";
import { applySignal } from "./signal.ts";
import { wholeSeconds } from "./times.ts";
import type { Config, Deployment } from "./world.ts";

/** Takes up a signal that waits for the row. False when the service fails over it. */
export function refreshed(call: HeatCall, row: Deployment): boolean {
  const config = call.world.configs.get(row.configId);
  if (row.status !== "IN_PROGRESS" || config === undefined) return true;
  switch (inputText(config, "deploy_signal_transport")) {
    case "TEMP_URL_SIGNAL":
      return fromObjectStore(call, row, config);
    case "ZAQAR_SIGNAL":
      fromQueue(call, row, config);
      return true;
    default:
      return true;
  }
}

/**
 * The object is looked for in the project of whoever reads, by the last two segments of the signed URL. One that is not newer than the
 * row's last change counts as seen, so a change of the row can hide a signal.
 */
function fromObjectStore({ world, projectId }: HeatCall, row: Deployment, config: Config): boolean {
  if (!world.settings.swift) return false;
  const [container = "", name = ""] = pathOf(inputText(config, "deploy_signal_id")).split("/").slice(-2);
  const object = world.containers.get(`${projectId}/${container}`)?.objects.get(name);
  if (object === undefined) return true;
  const modifiedAtMs = wholeSeconds(object.modifiedAtMs);
  if (row.updatedAtMs !== null && modifiedAtMs <= wholeSeconds(row.updatedAtMs)) return true;
  if (object.bytes.length === 0) return true;
  try {
    applySignal(row, config, JSON.parse(new TextDecoder().decode(object.bytes)), modifiedAtMs);
    return true;
  } catch {
    return false;
  }
}

function fromQueue({ world, atMs }: HeatCall, row: Deployment, config: Config): void {
  const messages = world.queues.get(inputText(config, "deploy_queue_id") ?? "") ?? [];
  if (messages.length > 0) applySignal(row, config, messages.shift(), atMs);
}

function pathOf(url: string | null): string {
  return url !== null && URL.canParse(url) ? decoded(new URL(url).pathname) : "";
}
