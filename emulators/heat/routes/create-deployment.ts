import { expectAgent } from "../agents.ts";
import { type Answer, json } from "../answer.ts";
import { asRecord, type HeatCall } from "../call.ts";
import { column, columns, fits, fitsText } from "../columns.ts";
import { fault, remoteError } from "../error-shapes.ts";
import { pythonText } from "../python-json.ts";
import { addRow } from "../rows.ts";
import { wireDeployment } from "../wire.ts";
import type { Deployment } from "../world.ts";
import { limitReached } from "./row-limit.ts";

/** Every call makes a row of its own, whatever was there before. */
export function createDeployment(call: HeatCall): Answer {
  const { world, settings, atMs } = call;
  const body = asRecord(call.json);
  if (body === null) return fault(settings, 400);
  const row = checkedRow(call, body);
  if ("headers" in row) return row;
  addRow(world, row);
  expectAgent(world, row.serverId, row.configId, atMs);
  // The answer shows what was sent; a later read shows what the table made of it.
  const { action = null, status = null } = body;
  return json(200, { software_deployment: wireDeployment(settings, row, { action, status }) });
}

function checkedRow(call: HeatCall, body: Readonly<Record<string, unknown>>): Deployment | Answer {
  const { world, settings, projectId, atMs } = call;
  const { config_id: configId, input_values: inputValues } = body;
  if (settings.strictFields && !body["action"]) return fault(settings, 400, { message: "action is required" });
  if (configId === undefined || configId === null) return remoteError(settings);
  if (!world.configs.has(pythonText(configId))) return unknownConfig(call, pythonText(configId));
  const [serverId, action, status] = [column(body["server_id"]), column(body["action"]), column(body["status"])];
  const stackUserProjectId = column(body["stack_user_project_id"]);
  const statusReason = pythonText(body["status_reason"]);
  const fitting =
    fits(settings, serverId, columns.serverId) &&
    fits(settings, action, columns.action) &&
    fits(settings, status, columns.status) &&
    fits(settings, stackUserProjectId, columns.stackUserProjectId) &&
    fitsText(settings, statusReason);
  if (serverId === null || !fitting) return remoteError(settings);
  const refusal = limitReached(settings, () => rowsOfProject(call), "software deployments");
  if (refusal !== null) return refusal;
  return {
    id: world.newId(),
    projectId,
    stackUserProjectId,
    serverId,
    createdAtMs: atMs,
    configId: pythonText(configId),
    action,
    status,
    statusReason,
    inputValues: inputValues ?? (settings.absentInputValues === "object" ? {} : null),
    outputValues: null,
    updatedAtMs: null,
    deletedAtMs: null,
  };
}

export function unknownConfig({ settings }: HeatCall, id: string): Answer {
  if (settings.unknownConfigStatus === 500) return remoteError(settings);
  return fault(settings, 400, { type: "Invalid", message: `Config with id ${id} not found` });
}

function rowsOfProject({ world, projectId }: HeatCall): number {
  const rows = [...world.deployments.values()];
  return rows.filter((row) => row.projectId === projectId && row.deletedAtMs === null).length;
}
