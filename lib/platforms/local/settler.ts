import { encodeDeadLetter } from "../../contracts/dead-letter.ts";
import { messageOf } from "../../contracts/errors.ts";
import {
  type Clock,
  deadLetterQueueOf,
  type Log,
  type ReceivedDelivery,
  type Settlement,
} from "../../contracts/ports.ts";
import type { LocalQueue } from "./queue.ts";

const firstBackoffMs = 1_000;
const longestBackoffMs = 300_000;
const isDeadLetterQueue = (queue: string) => queue.endsWith(deadLetterQueueOf(""));

/** Time until a message whose handling failed is tried again: 2 s, 4 s, 8 s, … up to five minutes. */
export function backoffMs(receives: number): number {
  return Math.min(longestBackoffMs, firstBackoffMs * 2 ** receives);
}

/** Does what a handler decided about its message, and what becomes of a message that nobody could handle. */
export class Settler {
  readonly #queue: LocalQueue;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #receiveLimit: number;

  constructor(queue: LocalQueue, clock: Clock, log: Log, receiveLimit: number) {
    this.#queue = queue;
    this.#clock = clock;
    this.#log = log;
    this.#receiveLimit = receiveLimit;
  }

  /** @param cause why there is no settlement: the handler threw, or did not come back in time */
  settle(delivery: ReceivedDelivery, settlement: Settlement | undefined, cause: string): void {
    try {
      if (!settlement) this.#failed(delivery, cause);
      else if (settlement.kind === "acknowledge") this.#queue.drop(delivery);
      else if (settlement.kind === "release") this.#release(delivery, settlement.delayMs, settlement.cause);
      else this.#giveUp(delivery, settlement.cause);
    } catch (error) {
      // Nothing is lost: the message was not removed, and is ready again at the latest after a restart.
      this.#log.error("cannot settle a message", { queue: delivery.queue, cause: messageOf(error) });
    }
  }

  /**
   * Gives up a message that was received too often without being settled: handling it ends the process, again and again.
   * False when it is to be handled.
   */
  exhausted(delivery: ReceivedDelivery): boolean {
    if (delivery.receives <= this.#receiveLimit || isDeadLetterQueue(delivery.queue)) return false;
    this.#giveUp(delivery, `received ${this.#receiveLimit} times without a result: the process may have ended over it`);
    return true;
  }

  #failed(delivery: ReceivedDelivery, cause: string): void {
    const { queue, id, receives } = delivery;
    this.#log.warn("a message could not be handled", { queue, message: id, receives, cause });
    this.#release(delivery, backoffMs(receives), cause);
  }

  #release(delivery: ReceivedDelivery, delayMs: number, cause: string): void {
    if (delivery.receives >= this.#receiveLimit || isDeadLetterQueue(delivery.queue))
      this.#giveUp(delivery, cause, delayMs);
    else this.#queue.showAgain(delivery, Math.min(Math.max(0, delayMs), this.#queue.maxDelayMs));
  }

  #giveUp(delivery: ReceivedDelivery, cause: string, delayMs = 0): void {
    const { queue, id, body, receives } = delivery;
    if (isDeadLetterQueue(queue)) {
      // There is no place behind a dead-letter queue: dropping it here would lose the last trace of a message.
      this.#queue.showAgain(delivery, Math.min(Math.max(delayMs, backoffMs(receives)), this.#queue.maxDelayMs));
      return;
    }
    this.#log.error("a message became a dead letter", { queue, message: id, receives, cause });
    const letter = encodeDeadLetter({ queue, id, body, cause, receives, at: this.#clock.now() });
    // Nothing comes between the two, so that one group holds both.
    this.#queue.put([{ queue: deadLetterQueueOf(queue), body: letter }]);
    this.#queue.drop(delivery);
  }
}
