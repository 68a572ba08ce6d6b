/** One message, as the service keeps it. */
export interface QueueMessage {
  readonly id: string;
  readonly insertedAtMs: number;
  /** Infinity: never. */
  readonly expiresAtMs: number;
  text: string;
  visibleAtMs: number;
  dequeues: number;
  popReceipt: string;
}

export interface QueueClock {
  readonly now: () => number;
  readonly newId: () => string;
}

/** What becomes of a settlement. */
export type Settled = "settled" | "MessageNotFound" | "PopReceiptMismatch";

/** Messages of one queue: at least once, in no promised order, hidden while somebody has them. */
export class MessageQueue {
  readonly #messages = new Map<string, QueueMessage>();
  readonly #clock: QueueClock;

  constructor(clock: QueueClock) {
    this.#clock = clock;
  }

  put(text: string, visibleAfterMs: number, livesMs: number): QueueMessage {
    const now = this.#clock.now();
    const message: QueueMessage = {
      id: this.#clock.newId(),
      insertedAtMs: now,
      expiresAtMs: now + livesMs,
      text,
      visibleAtMs: now + visibleAfterMs,
      dequeues: 0,
      popReceipt: this.#clock.newId(),
    };
    this.#messages.set(message.id, message);
    return message;
  }

  get(count: number, hiddenMs: number): readonly QueueMessage[] {
    const now = this.#clock.now();
    const taken = this.ready().slice(0, count);
    for (const message of taken) {
      message.dequeues += 1;
      message.visibleAtMs = now + hiddenMs;
      message.popReceipt = this.#clock.newId();
    }
    return taken;
  }

  /** A receipt holds until the message is given out again, also after its time is over. */
  remove(id: string, popReceipt: string): Settled {
    const found = this.#held(id, popReceipt);
    if (typeof found === "string") return found;
    this.#messages.delete(id);
    return "settled";
  }

  update(id: string, popReceipt: string, visibleAfterMs: number, text: string | null): Settled | QueueMessage {
    const found = this.#held(id, popReceipt);
    if (typeof found === "string") return found;
    found.visibleAtMs = this.#clock.now() + visibleAfterMs;
    found.popReceipt = this.#clock.newId();
    if (text !== null) found.text = text;
    return found;
  }

  /** What may be given out, the longest visible first. */
  ready(): QueueMessage[] {
    const now = this.#clock.now();
    const ready = this.alive().filter(({ visibleAtMs }) => visibleAtMs <= now);
    return ready.sort((a, b) => a.visibleAtMs - b.visibleAtMs);
  }

  alive(): QueueMessage[] {
    const now = this.#clock.now();
    for (const { id, expiresAtMs } of this.#messages.values()) if (expiresAtMs <= now) this.#messages.delete(id);
    return [...this.#messages.values()];
  }

  #held(id: string, popReceipt: string): QueueMessage | "MessageNotFound" | "PopReceiptMismatch" {
    this.alive();
    const message = this.#messages.get(id);
    if (message === undefined) return "MessageNotFound";
    return message.popReceipt === popReceipt ? message : "PopReceiptMismatch";
  }
}
