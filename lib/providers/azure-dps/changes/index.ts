import type { Json } from "../../../contracts/json.ts";
import type { Intent } from "../../../contracts/operation.ts";
import type { CallContext, Found, PlannedCall, Polled, Started } from "../../../contracts/provider.ts";
import type { OperationRequest } from "../../../contracts/request.ts";
import type { Parts } from "../parts.ts";

/** One request that changes a service, or reads from it, apart from rotations: the steps of a deployment, for this request. */
export interface DpsChange {
  /** Reads that validate the request, and what `find` will need. Changes nothing. */
  prepare(context: CallContext): Promise<Json>;
  find(intent: Intent, context: CallContext): Promise<Found<Started>>;
  /** Exactly one HTTP request that changes something. */
  create(intent: Intent, context: CallContext): Promise<Started>;
  /** Only where the handle is another one than that of a change of a service (see polling.ts). */
  poll?(handle: Json, intent: Intent | undefined, context: CallContext): Promise<Polled>;
  plan(): readonly PlannedCall[];
}

/** Undefined for a request of another kind. */
export function changeOf(_request: OperationRequest, _parts: Parts): DpsChange | undefined {
  return undefined;
}
