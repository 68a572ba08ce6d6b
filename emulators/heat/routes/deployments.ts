import { expectAgent } from "../agents.ts";
import { type Answer, json } from "../answer.ts";
import { asRecord, type HeatCall } from "../call.ts";
import { column, columns, fits, fitsText } from "../columns.ts";
import { fault, remoteError } from "../error-shapes.ts";
import { isFalsy, pythonText } from "../python-json.ts";
import { refreshed } from "../refresh.ts";
import { metadataOf, pointRow, removeRow, rowsOf } from "../rows.ts";
import { wireConfig, wireDeployment } from "../wire.ts";
import type { Deployment } from "../world.ts";
import { unknownConfig } from "./create-deployment.ts";

/** Only `server_id` filters, and not when it is empty; nothing pages, and nothing here looks at signals. */
export function listDeployments(call: HeatCall): Answer {
  const rows = rowsOf(call.world, call.url.searchParams.get("server_id") || null).filter((row) => mayUse(call, row));
  return json(200, { software_deployments: rows.map((row) => wireDeployment(call.settings, row)) });
}

/** Looks for a signal first, where the config's transport leaves one to be found: so a read can change the row, and fail. */
export function showDeployment(call: HeatCall): Answer {
  const row = findRow(call);
  if (row === null) return unknownDeployment(call);
  if (!refreshed(call, row)) return remoteError(call.settings);
  return json(200, { software_deployment: wireDeployment(call.settings, row) });
}

/** Merges what is given; null and empty values count as not given. There is no order of states. */
export function updateDeployment(call: HeatCall): Answer {
  const { world, settings } = call;
  const body = asRecord(call.json);
  if (body === null) return fault(settings, 400);
  const missing = settings.strictFields ? ["config_id", "action"].find((name) => !body[name]) : undefined;
  if (missing !== undefined) return fault(settings, 400, { message: `${missing} is required` });
  const row = findRow(call);
  if (row === null) return unknownDeployment(call);
  const given = (name: string): unknown => (isFalsy(body[name]) ? undefined : body[name]);
  const [action, status, reason] = [column(given("action")), column(given("status")), column(given("status_reason"))];
  const fitting =
    fits(settings, action, columns.action) && fits(settings, status, columns.status) && fitsText(settings, reason);
  if (!fitting) return remoteError(settings);
  const configId = given("config_id");
  if (configId !== undefined) {
    if (!world.configs.has(pythonText(configId))) return unknownConfig(call, pythonText(configId));
    pointRow(world, row, pythonText(configId));
    expectAgent(world, row.serverId, row.configId, call.atMs);
  }
  row.inputValues = given("input_values") ?? row.inputValues;
  row.outputValues = given("output_values") ?? row.outputValues;
  row.action = action ?? row.action;
  row.status = status ?? row.status;
  row.statusReason = reason ?? row.statusReason;
  row.updatedAtMs = call.atMs;
  return json(200, { software_deployment: wireDeployment(settings, row) });
}

export function deleteDeployment(call: HeatCall): Answer {
  const row = findRow(call);
  if (row === null) return unknownDeployment(call);
  removeRow(call.world, row, call.atMs);
  return { status: 204, headers: [], text: "" };
}

export function serverMetadata(call: HeatCall): Answer {
  const rows = rowsOf(call.world, call.params[0] ?? "").filter((row) => mayUse(call, row));
  return json(200, { metadata: metadataOf(call.world, rows).map((config) => wireConfig(call.settings, config)) });
}

function findRow(call: HeatCall): Deployment | null {
  const row = call.world.deployments.get(call.params[0] ?? "");
  return row !== undefined && row.deletedAtMs === null && mayUse(call, row) ? row : null;
}

function mayUse({ isAdmin, projectId }: HeatCall, row: Deployment): boolean {
  return isAdmin || row.projectId === projectId || row.stackUserProjectId === projectId;
}

function unknownDeployment({ settings, params }: HeatCall): Answer {
  return fault(settings, 404, { type: "NotFound", message: `Deployment with id ${params[0]} not found` });
}
