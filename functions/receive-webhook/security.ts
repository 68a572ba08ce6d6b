import type { MiddlewareHandler } from "hono";
import type { Action } from "../../lib/contracts/client.ts";
import { batchBytes } from "./batch-limits.ts";

/** Finds out who asks, and whether he may. What it answers says nothing of what was sent. */
export type Guard = (security: RouteSecurity) => MiddlewareHandler;

/** Who may call a route. */
export interface RouteSecurity {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS";
  /** As Hono writes it. */
  readonly path: string;
  /** What a client has to be allowed; `open` to everybody, whose answer then tells nothing. */
  readonly action: Action | "open";
  /** Whether the signature of the body is enough: only where the body says all. */
  readonly signed?: true;
  /** Of a body whose signature is checked; default that of one request. */
  readonly maxBytes?: number;
}

const route = (
  method: RouteSecurity["method"],
  path: string,
  action: RouteSecurity["action"],
  more: Pick<RouteSecurity, "signed" | "maxBytes"> = {},
): RouteSecurity => ({ method, path, action, ...more });

/** Every route there is: the application has no other, which a test sees to. */
export const routeSecurity: readonly RouteSecurity[] = [
  route("GET", "/healthz", "open"),
  route("GET", "/health", "administer"),
  route("GET", "/metrics", "administer"),

  route("OPTIONS", "/requests", "open"),
  route("POST", "/requests", "submit", { signed: true, maxBytes: batchBytes }),
  route("POST", "/plans", "submit"),

  route("GET", "/operations", "read"),
  route("GET", "/operations/:id", "read"),
  route("GET", "/operations/:id/history", "read"),
  route("GET", "/operations/:id/explanation", "read"),
  route("POST", "/operations/:id/actions/cancel", "cancel"),
  route("POST", "/operations/:id/actions/resolve", "resolve"),
  route("POST", "/operations/:id/actions/approve", "approve"),
  route("POST", "/operations/:id/actions/report", "report"),
  route("GET", "/events", "read"),

  route("GET", "/dead-letters", "redrive"),
  route("GET", "/dead-letters/:id", "redrive"),
  route("POST", "/dead-letters/:id/redrive", "redrive"),

  route("GET", "/sinks", "replay"),
  route("POST", "/sinks/:name/enable", "replay"),
  route("POST", "/sinks/:name/replay", "replay"),

  route("GET", "/schedules", "read"),
  route("POST", "/schedules/:name/run", "schedule"),

  route("GET", "/connections", "read"),
  route("POST", "/connections/:name/pause", "pause"),
  route("POST", "/connections/:name/resume", "pause"),
  route("POST", "/connections/:name/check", "administer"),
  route("GET", "/connections/:name/heat/software-configs", "administer"),
  route("POST", "/connections/:name/heat/software-configs", "administer"),
  route("GET", "/connections/:name/heat/software-configs/:id", "administer"),
  route("DELETE", "/connections/:name/heat/software-configs/:id", "administer"),
  route("GET", "/connections/:name/heat/deployments", "administer"),
  route("GET", "/connections/:name/heat/deployments/:id", "administer"),
  route("PUT", "/connections/:name/heat/deployments/:id", "administer"),
  route("DELETE", "/connections/:name/heat/deployments/:id", "administer"),

  route("GET", "/vault", "administer"),
  route("PUT", "/vault/:name", "administer"),
  route("DELETE", "/vault/:name", "administer"),
];
