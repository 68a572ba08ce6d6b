import type { MessageHandler } from "../../lib/contracts/ports.ts";
import { createDeliverHandler, type DeliverOptions } from "../../lib/sinks/deliver.ts";

/** Delivers one event to one sink. */
export function deliverEvent(options: DeliverOptions): MessageHandler {
  return createDeliverHandler(options);
}
