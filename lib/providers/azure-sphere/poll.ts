import { DroverError, PermanentError, RetryableError } from "../../contracts/errors.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { CallContext, Polled } from "../../contracts/provider.ts";
import { quoted } from "../quoted.ts";
import { notesIn, preparedOf } from "./baseline.ts";
import type { Read } from "./client.ts";
import { dateMsOf } from "./dates.ts";
import { readHistory } from "./history.ts";
import { judge } from "./judge.ts";
import { type Details, failed, partlySucceeded, succeeded } from "./outcome.ts";
import type { Parts } from "./parts.ts";
import { deploymentIn } from "./pointer.ts";
import { readNamed, refuseOther } from "./read.ts";
import type { DeployFields, Handle } from "./request.ts";
import { operationStates, rowOf } from "./status.ts";
import { deploymentSchema, operationSchema, type SphereOperation } from "./wire.ts";

export interface PollInput {
  readonly fields: DeployFields;
  readonly handle: Handle;
  readonly intent: Intent | undefined;
  readonly context: CallContext;
}

/** One look at a deployment: one read as long as nothing has changed. */
export async function poll(parts: Parts, input: PollInput): Promise<Polled> {
  const { handle } = input;
  try {
    return "operationId" in handle
      ? await pollOperation(parts, input, handle.operationId)
      : await pollDeployment(parts, input, handle.deploymentId);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    // The refusal of a read says nothing about what the deployment did, and is no failure of it.
    return unclear(error.message, error);
  }
}

async function pollOperation(parts: Parts, input: PollInput, operationId: string): Promise<Polled> {
  const { signal } = input.context;
  let read: Read<SphereOperation>;
  try {
    read = await readOperation(parts, operationId, parts.paths.operation(operationId), signal);
  } catch (error) {
    if (error instanceof PermanentError && error.status === 404) return await findForgotten(parts, input, error);
    throw error;
  }
  const { value: operation, answer } = read;
  const requestId = answer.requestId === undefined ? {} : { requestId: answer.requestId };
  const retryAfter = answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs };
  const state = rowOf(operationStates, operation.State);
  if (state === undefined) {
    return { kind: "unclear", status: `unknown State ${quoted(operation.State)}`, ...retryAfter, ...requestId };
  }
  if (state.outcome === undefined) return { kind: "in-progress", status: state.name, ...retryAfter, ...requestId };
  return { ...(await endedAs(state.outcome, parts, input, read)), ...requestId };
}

async function readOperation(
  parts: Parts,
  operationId: string,
  url: string,
  signal: AbortSignal,
): Promise<Read<SphereOperation>> {
  const call = { url, about: `operation ${operationId}`, operation: "read-operation", schema: operationSchema };
  const read = await parts.client.read(call, signal);
  refuseOther(parts, read, call, { id: operationId, found: read.value.OperationId, tenant: read.value.TenantId });
  return read;
}

async function endedAs(
  outcome: "succeeded" | "failed" | "partially-succeeded",
  parts: Parts,
  input: PollInput,
  { value: operation, answer }: Read<SphereOperation>,
): Promise<Polled> {
  const pointer = deploymentIn(operation.ResourceLocation, parts.endpoint, parts.sphereTenantId);
  const notes = [...notesIn(input.intent?.prepared), ...(pointer.note === undefined ? [] : [pointer.note])];
  const operationId = operation.OperationId.toLowerCase();
  const about = { fields: input.fields, operationId, deploymentId: pointer.deploymentId, notes };
  if (outcome === "succeeded") return succeeded(about);
  if (outcome === "failed") return failed(about, operation, answer);
  return partlySucceeded(about, operation, answer, await readDetails(parts, input, operation));
}

/** Says what went wrong in full. An outage is waited for, but not for ever: the outcome itself is known. */
async function readDetails(
  parts: Parts,
  { context }: PollInput,
  operation: SphereOperation,
): Promise<Details | undefined> {
  try {
    const url = parts.paths.operationDetails(operation.OperationId);
    const { value, answer } = await readOperation(parts, operation.OperationId, url, context.signal);
    return { operation: value, answer };
  } catch (error) {
    if (!(error instanceof DroverError)) throw error;
    const endedAt = dateMsOf(operation.CompletedDateUTC);
    const patient = endedAt !== undefined && parts.clock.wallMs() < endedAt + parts.bounds.detailsPatienceMs;
    if (error instanceof RetryableError && patient) throw error;
    return undefined;
  }
}

/** The service has forgotten the operation, or does not know it yet. What the operation has created can still be found. */
async function findForgotten(
  parts: Parts,
  { fields, intent, context }: PollInput,
  error: PermanentError,
): Promise<Polled> {
  const forgotten = "404: the service does not know the operation";
  if (intent === undefined) return unclear(forgotten, error);
  const { client, paths, bounds } = parts;
  const history = await readHistory(client, paths, fields.deviceGroupId, {
    signal: context.signal,
    maxPages: bounds.historyPages,
  });
  const verdict = judge(history, fields.images, preparedOf(intent.prepared), bounds.clockMarginMs);
  if (verdict.kind === "absent") return unclear(forgotten, error);
  if (verdict.kind !== "found") return unclear(`${forgotten}. ${verdict.evidence}`, error);
  const { deploymentId, evidence } = verdict;
  return succeeded({ fields, deploymentId, notes: [...notesIn(intent?.prepared), evidence] });
}

async function pollDeployment(parts: Parts, { fields, intent, context }: PollInput, id: string): Promise<Polled> {
  const { Id } = await readNamed(parts, {
    id,
    url: parts.paths.deployment(id),
    about: `deployment ${id}`,
    operation: "read-deployment",
    schema: deploymentSchema,
    signal: context.signal,
  });
  const recovered = "The answer of the create was lost, and the deployment was found in the group's history";
  return succeeded({ fields, deploymentId: Id.toLowerCase(), notes: [...notesIn(intent?.prepared), recovered] });
}

function unclear(status: string, { requestId }: DroverError): Polled {
  return { kind: "unclear", status, ...(requestId === undefined ? {} : { requestId }) };
}
