import { PermanentError, RetryableError } from "../../contracts/errors.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { Started } from "../../contracts/provider.ts";
import { type Answer, jsonOf, unreadable } from "../answer.ts";
import type { Call } from "../call.ts";
import { provider } from "./errors.ts";
import type { Parts } from "./parts.ts";
import type { DeployFields } from "./request.ts";
import { operationSchema } from "./wire.ts";

/** `Operation.OperationType` of a deployment: DeployToDeviceGroup. */
const deployToDeviceGroup = 5;

/**
 * Exactly one POST of the bare array of image ids.
 * @throws an error whose `effect` is `none` only where the answer, or the lack of a connection, proves that nothing was started
 * @see https://learn.microsoft.com/rest/api/azure-sphere/deployments/create v2
 */
export async function create(
  parts: Parts,
  { deviceGroupId, images }: DeployFields,
  intent: Intent,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Started> {
  const url = parts.paths.deployments(deviceGroupId);
  const about = `an operation that deploys ${images.length} image(s) to device group ${deviceGroupId}`;
  try {
    const { answer, call } = await parts.client.create(
      { url, about, body: images, timeoutMs, sendBefore: intent.sendBefore },
      signal,
    );
    return startedOf(parts, deviceGroupId, answer, call);
  } catch (error) {
    throw error instanceof PermanentError && error.status === 409 && intent.attempt > 1 ? ourOwnConflict(error) : error;
  }
}

function startedOf({ sphereTenantId }: Parts, deviceGroupId: string, answer: Answer, call: Call): Started {
  const parsed = operationSchema.safeParse(jsonOf(answer, call));
  // From here on something may have been started: whatever cannot be understood is looked for, and is no failure.
  if (!parsed.success) throw unreadable(answer, call, "an answer without an operation id");
  const { OperationId: operationId, OperationType, TenantId } = parsed.data;
  const elsewhere = TenantId && TenantId.toLowerCase() !== sphereTenantId.toLowerCase();
  const otherType = typeof OperationType === "number" && OperationType !== deployToDeviceGroup;
  if (elsewhere || otherType) throw unreadable(answer, call, "an operation of another tenant or type", "mismatch");
  const ids = { operationId, deviceGroupId };
  return {
    handle: ids,
    ids,
    ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
  };
}

/**
 * A 409 proves that this very request started nothing, so that a first attempt fails with it. On a later attempt it may conflict with
 * our own earlier one, which landed after its absence seemed proven: then failing would deny a deployment that takes place. So its
 * effect counts as possible and it is looked for again.
 */
function ourOwnConflict({ message, status, requestId, operation }: PermanentError): RetryableError {
  return new RetryableError(`${message}; an earlier attempt may be what it conflicts with`, {
    code: "conflict",
    provider,
    effect: "possible",
    ...(status === undefined ? {} : { status }),
    ...(operation === undefined ? {} : { operation }),
    ...(requestId === undefined ? {} : { requestId }),
  });
}
