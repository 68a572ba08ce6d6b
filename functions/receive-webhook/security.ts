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
  /** What a client has to be allowed; `open` to everybody, whose answer then tells nothing of what is done here. */
  readonly action: Action | "open";
  /** Whether the signature of the body is enough: only where the body says all. */
  readonly signed?: true;
  /** Of a body whose signature is checked; default that of one request. */
  readonly maxBytes?: number;
}

/** Keeps method and path as they are written, so that the compiler knows every route. */
const route = <const Method extends RouteSecurity["method"], const Path extends string>(
  method: Method,
  path: Path,
  action: RouteSecurity["action"],
  more: Pick<RouteSecurity, "signed" | "maxBytes"> = {},
) => ({ method, path, action, ...more, key: `${method} ${path}` as const });

const routes = [
  route("GET", "/healthz", "open"),
  route("GET", "/openapi.json", "open"),
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
  route("POST", "/operations/:id/actions/abort", "cancel"),
  route("POST", "/operations/:id/actions/extend", "extend"),
  route("POST", "/operations/:id/actions/acknowledge", "acknowledge"),
  route("POST", "/operations/:id/actions/resolve", "resolve"),
  route("POST", "/operations/:id/actions/approve", "approve"),
  route("POST", "/operations/:id/actions/report", "report"),
  route("POST", "/operations/:id/actions/supply", "report"),
  route("POST", "/operations/:id/actions/ready", "pick-up"),
  route("GET", "/handoffs/:id", "pick-up"),
  // A GET that serves once would be spent by whoever looks ahead, or tries again.
  route("POST", "/handoffs/:id/fetch", "pick-up"),
  route("GET", "/events", "read"),

  route("GET", "/dead-letters", "redrive"),
  route("GET", "/dead-letters/:id", "redrive"),
  route("POST", "/dead-letters/:id/redrive", "redrive"),

  route("GET", "/sinks", "replay"),
  route("POST", "/sinks/:name/enable", "replay"),
  route("POST", "/sinks/:name/replay", "replay"),

  route("GET", "/schedules", "read"),
  route("POST", "/schedules/:name/run", "schedule"),

  route("GET", "/keys", "read"),

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
  route("GET", "/connections/:name/dps/:read", "administer"),

  route("GET", "/vault", "administer"),
  route("PUT", "/vault/:name", "administer"),
  route("DELETE", "/vault/:name", "administer"),
];

/** `METHOD /path` of every route: who describes the routes has to describe all of them. */
export type RouteKey = (typeof routes)[number]["key"];

/** Every route there is: the application has no other, which a test sees to. */
export const routeSecurity: readonly (RouteSecurity & { readonly key: RouteKey })[] = routes;
