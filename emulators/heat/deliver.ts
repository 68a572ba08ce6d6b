import { inputText } from "./config-inputs.ts";
import { pythonJson } from "./python-json.ts";
import { rowsOf } from "./rows.ts";
import { applySignal } from "./signal.ts";
import { signalStack } from "./stack-signal.ts";
import { swift } from "./swift.ts";
import type { Config, Run, World } from "./world.ts";

/** Sends the result of a run the way the config's inputs say. */
export function deliver(world: World, run: Run, config: Config, details: object, atMs: number): Run["signal"] {
  switch (inputText(config, "deploy_signal_transport")) {
    case "TEMP_URL_SIGNAL":
      return byTempUrl(world, run, config, details, atMs);
    case "ZAQAR_SIGNAL": {
      const queueId = inputText(config, "deploy_queue_id");
      if (queueId === null) return "nowhere";
      world.queues.set(queueId, [...(world.queues.get(queueId) ?? []), details]);
      return "delivered";
    }
    case "HEAT_SIGNAL":
    case "CFN_SIGNAL":
      return toStack(world, run, config, details, atMs);
    default:
      return "none";
  }
}

/** The agent posts unless `deploy_signal_verb` says PUT, and a URL that is signed for PUT refuses a POST. */
function byTempUrl(world: World, run: Run, config: Config, details: object, atMs: number): Run["signal"] {
  const url = inputText(config, "deploy_signal_id");
  if (url === null || !URL.canParse(url) || !world.settings.swift) return "nowhere";
  const method = inputText(config, "deploy_signal_verb") === "PUT" ? "PUT" : "POST";
  const body = new TextEncoder().encode(pythonJson(details));
  const headers = new Headers({ "content-type": "application/json" });
  const { status } = swift(world, { method, url: new URL(url), headers, body, atMs });
  if (status < 300) return "delivered";
  const { serverId, configId } = run;
  world.refusedSignals.push({ serverId, configId, atMs, status });
  return "refused";
}

function toStack(world: World, run: Run, config: Config, details: object, atMs: number): Run["signal"] {
  const [, stackId = ""] = (inputText(config, "deploy_stack_id") ?? "").split("/");
  const resource = inputText(config, "deploy_resource_name") ?? "";
  if (signalStack(world, stackId, resource, details, atMs)) return "delivered";
  if (world.settings.stackSignals === "nowhere") return "nowhere";
  for (const row of rowsOf(world, run.serverId)) {
    if (row.configId === config.id) applySignal(row, config, details, atMs);
  }
  return "delivered";
}
