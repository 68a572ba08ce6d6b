import type { MiddlewareHandler } from "hono";
import { instruments, type Telemetry } from "../../lib/contracts/telemetry.ts";
import { identityOf } from "./callers.ts";

/** Who has shown no good credentials, and who asks for what is open to everybody. */
const stranger = "stranger";

/** Counts what is answered, by whom it was for: a name of the configuration, and never one that a sender makes up. */
export function countRequests(telemetry: Telemetry | undefined): MiddlewareHandler {
  return async (context, next) => {
    await next();
    telemetry?.count(instruments.httpRequests, 1, identityOf(context.req.raw) ?? stranger, String(context.res.status));
  };
}
