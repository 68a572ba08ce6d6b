import type { PlannedCall } from "../../lib/contracts/provider.ts";
import { type OperationRequest, RejectedRequestError } from "../../lib/contracts/request.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

export interface Plan {
  readonly operation: string;
  readonly connection: string;
  readonly deadlineMs: number;
  readonly calls: readonly PlannedCall[];
}

/** The provider calls that a request would begin with. Nothing is sent and nothing is written down. */
export function planRequest(
  { accept, providers }: Pick<ApplicationDependencies, "accept" | "providers">,
  operation: string,
  request: OperationRequest,
): Plan {
  const { connection, deadlineMs } = request;
  const expected = accept.routes[request.type]?.connectionKind;
  const kind = accept.connectionKind(connection);
  if (kind === undefined || kind !== expected) {
    const found = kind === undefined ? "one that is not configured" : `one of kind ${kind}`;
    const message = `Expected a connection of kind ${expected}, got ${found}: see drover connections list`;
    throw new RejectedRequestError(message, { code: "unknown-connection", problems: [message] });
  }
  return { operation, connection, deadlineMs, calls: providers.of(connection).plan(request) };
}
