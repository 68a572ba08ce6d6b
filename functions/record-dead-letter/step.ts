import type { MessageHandler, Ports } from "../../lib/contracts/ports.ts";
import { createDeadLetterHandler } from "../../lib/operations/dead-letters.ts";

/** Stores what was given up, why, and what may be done about it. */
export function recordDeadLetter(ports: Ports, retainMs: number): MessageHandler {
  return createDeadLetterHandler(ports, retainMs);
}
