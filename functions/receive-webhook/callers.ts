import type { Caller } from "../../lib/clients/caller.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";

/** Who sends each request that is under way, as the guard found out. */
const callers = new WeakMap<Request, Caller>();

export function remember(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** @throws Error for a request that no guard has let in: a defect of ours, answered as one */
export function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (caller) return caller;
  throw new Error("Expected a request that a guard has let in, got one that passed none");
}

/** What decides about who may see an operation. A child belongs to whoever asked for its parent. */
export const subjectOf = ({ request }: Pick<OperationRecord, "request">) => ({
  source: request.onBehalfOf ?? request.source,
  type: request.type,
  connection: request.connection,
});
