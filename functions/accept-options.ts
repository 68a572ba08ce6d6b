import type { Configuration } from "../lib/contracts/configuration.ts";
import { durationMs } from "../lib/contracts/duration.ts";
import { matchesAny } from "../lib/contracts/patterns.ts";
import type { Ports } from "../lib/contracts/ports.ts";
import type { AcceptOptions } from "../lib/operations/accept.ts";
import { requestRoutes } from "./request-routes.ts";

/** How requests are accepted, on every host. */
export function acceptOptionsOf(
  { connections, retention, approvals, withoutApproval }: Configuration,
  ports: Ports,
): AcceptOptions {
  return {
    ports,
    routes: requestRoutes,
    connectionKind: (name) => (Object.hasOwn(connections, name) ? connections[name]?.kind : undefined),
    idempotencyMs: durationMs(retention.idempotency),
    needsApproval: ({ type, connection }) =>
      !matchesAny(withoutApproval, type) &&
      approvals.some((rule) => matchesAny(rule.types, type) && matchesAny(rule.connections, connection)),
  };
}
