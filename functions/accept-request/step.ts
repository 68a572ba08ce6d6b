import type { MessageHandler } from "../../lib/contracts/ports.ts";
import { type AcceptOptions, createInboxHandler } from "../../lib/operations/accept.ts";
import { requestRoutes } from "../request-routes.ts";

/** Takes requests from the inbox. */
export function acceptRequest(options: Omit<AcceptOptions, "routes">): MessageHandler {
  return createInboxHandler({ ...options, routes: requestRoutes });
}
