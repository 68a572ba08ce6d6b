import type { Json } from "../../../contracts/json.ts";
import type { Intent } from "../../../contracts/operation.ts";
import type { CallContext, Change, PlannedCall, Polled } from "../../../contracts/provider.ts";

/** One request that changes a service, or reads from it, apart from rotations. */
export interface DpsChange extends Change {
  /** Only of changes of a service. */
  poll?(handle: Json, intent: Intent | undefined, context: CallContext): Promise<Polled>;
  plan(): readonly PlannedCall[];
}
