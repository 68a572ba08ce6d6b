import { encodeDeadLetter } from "../contracts/dead-letter.ts";
import { messageOf } from "../contracts/errors.ts";
import {
  type Clock,
  deadLetterQueueOf,
  type Log,
  type QueueReceiver,
  type QueueSender,
  type ReceivedDelivery,
} from "../contracts/ports.ts";
import type { Handled } from "./deliver.ts";

/** Tries of a message. The host moves one on only after many more, without a reason: then no function could even begin it. */
export const receiveLimit = 5;
const firstBackoffMs = 1_000;
const longestBackoffMs = 300_000;

/** As on one machine: 2 s, 4 s, 8 s, … up to five minutes. */
export const backoffMs = (receives: number): number => Math.min(longestBackoffMs, firstBackoffMs * 2 ** receives);

export interface SettleParts {
  readonly queue: () => Pick<QueueSender & QueueReceiver, "send" | "release" | "maxDelayMs">;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  /** What is released is shown again as another message, and the host has no need of this one. */
  readonly showsCopies?: true;
}

export const isDeadLetterQueue = (queue: string) => queue.endsWith(deadLetterQueueOf(""));

/**
 * Does what was decided about one delivery. False when the host has to keep the message.
 * There is no place behind a dead-letter queue: what cannot be recorded stays in it.
 */
export async function settle(parts: SettleParts, handled: Handled): Promise<boolean> {
  const { delivery, settlement, cause, begun, againMs = 0 } = handled;
  const { queue, id, receives } = delivery;
  if (settlement?.kind === "acknowledge") return true;
  // No try of it: it counts as often as before.
  if (!begun) return showAgain(parts, { ...delivery, receives: receives - 1 }, againMs);
  if (settlement === undefined)
    parts.log.warn("a message could not be handled", { queue, message: id, receives, cause });
  const why = settlement?.cause ?? cause;
  const isLast = settlement?.kind === "dead-letter" || receives >= receiveLimit;
  if (isLast && !isDeadLetterQueue(queue)) return giveUp(parts, delivery, why);
  return showAgain(parts, delivery, settlement?.kind === "release" ? settlement.delayMs : backoffMs(receives));
}

async function giveUp({ queue, clock, log }: SettleParts, delivery: ReceivedDelivery, cause: string): Promise<boolean> {
  const { queue: from, id, body, receives } = delivery;
  const letter = encodeDeadLetter({ queue: from, id, body, cause, receives, at: clock.now() });
  log.error("a message was given up", { queue: from, message: id, receives, cause });
  try {
    await queue().send([{ queue: deadLetterQueueOf(from), body: letter }]);
    return true;
  } catch (error) {
    log.error("a dead letter could not be sent and is tried again", {
      queue: from,
      message: id,
      error: messageOf(error),
    });
    return false;
  }
}

/** When the time of it cannot be set, it comes after the host's own. */
async function showAgain(parts: SettleParts, delivery: ReceivedDelivery, delayMs: number): Promise<boolean> {
  const { queue, log, showsCopies = false } = parts;
  try {
    const isShown = await queue().release(delivery, Math.min(Math.max(0, delayMs), queue().maxDelayMs));
    return isShown && showsCopies;
  } catch (error) {
    log.warn("the time of another try could not be set", { queue: delivery.queue, error: messageOf(error) });
  }
  return false;
}
