import { DroverError, PermanentError } from "../../contracts/errors.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { Polled } from "../../contracts/provider.ts";
import { unreadable } from "../answer.ts";
import { quoted } from "../quoted.ts";
import { valueIn } from "../value.ts";
import type { Asked } from "./client.ts";
import { isNotFound } from "./errors.ts";
import { endedOf } from "./outcome.ts";
import { type Parts, refuseOtherPlace } from "./parts.ts";
import type { Deploy, Handle } from "./request.ts";
import { isMarked, removeSurplus, rowsOf } from "./rows.ts";
import { isHeatStatus } from "./status.ts";
import { deploymentSchema, type HeatDeployment } from "./wire.ts";

export interface PollInput {
  readonly deploy: Deploy;
  readonly handle: Handle;
  readonly intent: Intent | undefined;
  readonly signal: AbortSignal;
}

/**
 * One GET of the row itself: only that lets Heat look for a server's report in an object store, a list does not.
 * @see https://docs.openstack.org/api-ref/orchestration/v1/#show-deployment-details
 */
export async function poll(parts: Parts, input: PollInput): Promise<Polled> {
  const { client } = parts;
  const { handle, signal, deploy } = input;
  refuseOtherPlace(parts, await client.session(signal), handle.place);
  const asked = await client.ask(showCall(handle.deploymentId), signal);
  const { answer, call } = asked;
  const requestId = answer.requestId === undefined ? {} : { requestId: answer.requestId };
  if (isNotFound(answer)) {
    const reason = `Deployment ${handle.deploymentId} is no longer at the provider: somebody deleted it, and nobody can say any more how it ended`;
    return { kind: "gone", reason, ...requestId };
  }
  if (answer.status !== 200) return refused(parts, asked, deploy);
  const { software_deployment: row } = valueIn(answer, call, deploymentSchema);
  if (row.id !== handle.deploymentId) throw unreadable(answer, call, "an answer about another id", "mismatch");
  const retryAfter = answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs };
  if (!isHeatStatus(row.status)) {
    return { kind: "unclear", status: `unknown status ${quoted(row.status ?? null)}`, ...retryAfter, ...requestId };
  }
  const ended = await endedWith(parts, input, row);
  if (ended === undefined) return { kind: "in-progress", status: row.status, ...retryAfter, ...requestId };
  return { kind: "ended", ...ended, ...requestId };
}

export function showCall(deploymentId: string) {
  return {
    method: "GET",
    path: `/software_deployments/${encodeURIComponent(deploymentId)}`,
    about: `deployment ${deploymentId}`,
    operation: "show-deployment",
  } as const;
}

/** The refusal of a read says nothing about what the server did: what another look would not change is unclear, and no failure. */
function refused({ client }: Parts, asked: Asked, { completion }: Deploy): Polled {
  const advice =
    completion === "external"
      ? {}
      : { 500: "if this goes on, Heat may be unable to read the server's report from the object store" };
  const error = client.refusal(asked, advice);
  if (!(error instanceof PermanentError)) throw error;
  return {
    kind: "unclear",
    status: error.message,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

async function endedWith(parts: Parts, { deploy, handle, intent, signal }: PollInput, row: HeatDeployment) {
  const ended = await endedOf(parts, deploy, row);
  const repeated = intent !== undefined && (intent.attempt > 1 || intent.recovered === true);
  if (ended === undefined || !repeated) return ended;
  const left = await removeLate(parts, deploy, handle, signal);
  const note = `${left} surplus deployment(s) of this operation could not be removed from server ${handle.serverId}`;
  return left === 0 ? ended : await endedOf(parts, deploy, row, [note]);
}

/** An attempt that was taken for absent may have landed since. The outcome is known, and does not wait for this. */
async function removeLate(parts: Parts, { operation }: Deploy, handle: Handle, signal: AbortSignal): Promise<number> {
  try {
    const { rows } = await rowsOf(parts, handle.serverId, signal);
    const isOurs = (row: HeatDeployment) =>
      handle.derived ? row.config_id === handle.configId : isMarked(row, operation);
    const late = rows.filter((row) => isOurs(row) && row.id !== handle.deploymentId);
    return await removeSurplus(parts, late, signal);
  } catch (error) {
    if (!(error instanceof DroverError)) throw error;
    return 1;
  }
}
