import type { Caller } from "../../lib/clients/caller.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";

/** Who sends each request that is under way, as the guard found out. */
const callers = new WeakMap<Request, Caller>();
/** Takes what a request costs beyond the one that a guard has taken. */
type TakeMore = (count: number) => number | undefined;
const allowances = new WeakMap<Request, TakeMore>();

/** Under which name a request is counted: also where it is then refused. */
const identities = new WeakMap<Request, string>();

/** Its owner, who needs no credentials, is counted under this name, whatever he calls himself. */
export const ownerIdentity = "owner";

export function identify(request: Request, name: string): void {
  identities.set(request, name);
}

export function identityOf(request: Request): string | undefined {
  return identities.get(request);
}

export function remember(request: Request, caller: Caller, takeMore?: TakeMore): void {
  callers.set(request, caller);
  if (takeMore) allowances.set(request, takeMore);
}

/** For a request that counts as several: the milliseconds until it may be sent again, or undefined when it may go on. */
export function takeMore(request: Request, count: number): number | undefined {
  return count > 0 ? allowances.get(request)?.(count) : undefined;
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
