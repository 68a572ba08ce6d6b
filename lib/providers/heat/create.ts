import type { Intent } from "../../contracts/operation.ts";
import type { Started } from "../../contracts/provider.ts";
import { unreadable } from "../answer.ts";
import type { Read } from "./client.ts";
import { endedOf } from "./outcome.ts";
import { type Parts, refuseOtherPlace } from "./parts.ts";
import { type Deploy, type Handle, markerKey, type Prepared, preparedOf } from "./request.ts";
import { deploymentSchema, type HeatDeployment } from "./wire.ts";

/**
 * Exactly one POST of the bare object.
 * @throws an error whose `effect` is `none` only where the answer, or the lack of a connection, proves that no row is stored
 * @see https://docs.openstack.org/api-ref/orchestration/v1/#create-deployment
 */
export async function create(
  parts: Parts,
  deploy: Deploy,
  intent: Intent,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Started> {
  const prepared = preparedOf(intent.prepared);
  refuseOtherPlace(parts, await parts.client.session(signal), prepared.place);
  const read = await parts.client.create(
    {
      method: "POST",
      path: "/software_deployments",
      about: `a deployment of software config ${prepared.configId} on server ${deploy.server}`,
      operation: "create-deployment",
      body: { contentType: "application/json", text: JSON.stringify(rowFor(deploy, prepared)) },
      timeoutMs,
    },
    deploymentSchema,
    { signal, sendBefore: intent.sendBefore },
  );
  const row = read.value.software_deployment;
  refuseOther(read, row, deploy, prepared);
  const { answer } = read;
  const ended = await endedOf(parts, deploy, row);
  return {
    ...startedOf(deploy, prepared, row),
    ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
    ...(ended === undefined ? {} : { ended }),
  };
}

/** All that any of the clouds asks for, and nothing that has no value. */
export function rowFor(deploy: Deploy, prepared: Pick<Prepared, "configId" | "derived">) {
  const { server, action, status, statusReason, stackUserProject, inputValues, operation } = deploy;
  return {
    config_id: prepared.configId,
    server_id: server,
    action,
    status,
    status_reason: statusReason,
    ...(prepared.derived ? {} : { input_values: { ...inputValues, [markerKey]: operation } }),
    ...(stackUserProject === undefined ? {} : { stack_user_project_id: stackUserProject }),
  };
}

/** From here on a row may be stored: whatever cannot be understood is looked for, and is no failure. */
function refuseOther({ answer, call }: Read<unknown>, row: HeatDeployment, { server }: Deploy, { configId }: Prepared) {
  if (row.config_id === configId && row.server_id === server) return;
  throw unreadable(answer, call, "a deployment of another config or server", "mismatch");
}

export function startedOf({ server }: Deploy, prepared: Prepared, { id }: HeatDeployment) {
  const { configId, derived, place } = prepared;
  const object = prepared.derived && prepared.signalObject !== undefined ? { signalObject: prepared.signalObject } : {};
  const handle = { deploymentId: id, configId, derived, serverId: server, place, ...object } satisfies Handle;
  return { handle, ids: { deploymentId: id, configId, serverId: server } };
}
