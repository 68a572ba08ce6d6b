import type { PlannedCall } from "../../lib/contracts/provider.ts";
import { childSource, type OperationRequest, RejectedRequestError } from "../../lib/contracts/request.ts";
import type { RequestRoute } from "../../lib/operations/accept.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

export interface Plan {
  readonly operation: string;
  readonly connection: string;
  readonly deadlineMs: number;
  /** Of a request for several targets: how many, and the calls are those for the first one. */
  readonly targets?: number;
  readonly calls: readonly PlannedCall[];
}

/** The provider calls that a request would begin with. Nothing is sent and nothing is written down. */
export function planRequest(
  { accept, providers }: Pick<ApplicationDependencies, "accept" | "providers">,
  operation: string,
  request: OperationRequest,
): Plan {
  const { connection, deadlineMs } = request;
  const route = accept.routes[request.type];
  const kind = accept.connectionKind(connection);
  if (kind === undefined || kind !== route?.connectionKind) {
    const found = kind === undefined ? "one that is not configured" : `one of kind ${kind}`;
    const message = `Expected a connection of kind ${route?.connectionKind}, got ${found}: see drover connections list`;
    throw new RejectedRequestError(message, { code: "unknown-connection", problems: [message] });
  }
  const { targets, first } = firstOf(route, operation, request);
  const calls = providers.of(connection).plan(first);
  return { operation, connection, deadlineMs, ...(targets === undefined ? {} : { targets }), calls };
}

/** The request as its first part is asked: under the part's own key, since names at the provider follow from it. */
function firstOf(
  { split }: RequestRoute,
  operation: string,
  request: OperationRequest,
): { readonly targets?: number; readonly first: OperationRequest } {
  const targets = split?.targetsOf(request.fields);
  const [target] = targets ?? [];
  if (!split || !targets || target === undefined) return { first: request };
  const fields = split.fieldsFor(request.fields, target);
  return { targets: targets.length, first: { ...request, source: childSource, id: `${operation}/${target}`, fields } };
}
