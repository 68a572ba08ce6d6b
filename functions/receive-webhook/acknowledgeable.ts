import { ConflictError } from "../../lib/contracts/errors.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { rotationType } from "../../lib/contracts/requests/rotate-policy-key.ts";
import { silentAmong } from "../rotate-dps-keys/promise.ts";
import { rotationRequestOf } from "../rotate-dps-keys/request.ts";
import { rotationOf } from "../rotate-dps-keys/state.ts";

/**
 * Whether the consumer has said so already, about the very key that is meant.
 * @throws ConflictError when the operation waits for no word of that consumer
 */
export function refuseUnlessAwaited(record: OperationRecord, consumer: string): { readonly counts: boolean } {
  const { id, request } = record;
  if (request.type !== rotationType) {
    throw refusal(id, `one of type ${request.type}, which no consumer has to acknowledge`, "no-rotation");
  }
  if (isAwaitedByPlan(record, consumer)) return { counts: false };
  const { acknowledge } = rotationRequestOf(request);
  if (!acknowledge.includes(consumer)) {
    const listed = acknowledge.length === 0 ? "nobody" : acknowledge.join(", ");
    throw refusal(id, `one whose request lists ${listed} under consumers.acknowledge`, "unknown-consumer");
  }
  const graceUntil = rotationOf(record)?.graceUntil;
  const since = (graceUntil ?? Number.POSITIVE_INFINITY) - rotationRequestOf(request).graceMs;
  // Twice is harmless, also after the end.
  if (silentAmong([consumer], record.acknowledgements, since).length === 0) return { counts: true };
  if (record.state === "ended") throw refusal(id, `one that ended as ${record.outcome}`, "operation-ended");
  if (graceUntil === undefined) {
    const remedy = `acknowledge it when its event says that the key is published, see drover explain ${id}`;
    throw refusal(id, `one whose new key is not published everywhere yet: ${remedy}`, "not-published");
  }
  return { counts: false };
}

/** Not begun for want of a word about the key that another rotation has published: what it waits for names who has to say it. */
function isAwaitedByPlan({ state, handle, waitingFor }: OperationRecord, consumer: string): boolean {
  if (state !== "active" || handle !== undefined || waitingFor?.code !== "acknowledgement") return false;
  const [names = ""] = waitingFor.detail.split(": ").slice(-1);
  return names.split(", ").includes(consumer);
}

function refusal(id: string, found: string, code: string): ConflictError {
  return new ConflictError(`Expected operation ${id} to wait for the word of that consumer, got ${found}`, { code });
}
