import { messageOf } from "../contracts/errors.ts";
import type { MessageHandler, ReceivedDelivery, Settlement } from "../contracts/ports.ts";
import type { TimeGuard } from "./time-guard.ts";

/** What became of one delivery. */
export interface Handled {
  readonly delivery: ReceivedDelivery;
  /** Absent when the handler threw or did not come back. */
  readonly settlement?: Settlement;
  readonly cause: string;
  /** False when there was no time left to begin: no try of the message. */
  readonly begun: boolean;
  /** When it was not begun: how long until it may be. At once when absent. */
  readonly againMs?: number;
}

/** Hands a delivery to its handler, within the time that is left. Never throws: what went wrong is the cause. */
export async function deliver(handler: MessageHandler, delivery: ReceivedDelivery, guard: TimeGuard): Promise<Handled> {
  if (guard.signal.aborted) return { delivery, begun: false, cause: "the function had no time left to begin it" };
  const { signal, remainingMs } = guard;
  const late = guard.over.then(() => "late" as const);
  try {
    const settlement = await Promise.race([handler(delivery, { signal, remainingMs }), late]);
    if (settlement !== "late") return { delivery, begun: true, settlement, cause: "" };
    return { delivery, begun: true, cause: "the handler did not end before the function's time was over" };
  } catch (error) {
    return { delivery, begun: true, cause: messageOf(error) };
  }
}
