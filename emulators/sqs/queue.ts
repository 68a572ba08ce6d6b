/** A standard queue: messages, each waiting, in flight or gone, by a clock that is asked whenever somebody looks. */

export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  readonly delayMs: number;
  /** Nobody receives it before. */
  visibleAtMs: number;
  receives: number;
  firstReceivedAtMs: number | null;
  /** Of the newest delivery; an older one is no longer valid. */
  receipt: string | null;
}

export interface QueueAttributes {
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly maxMessageBytes: number;
  /** Name of the queue that takes what was received too often. */
  readonly deadLetterQueue: string | null;
  readonly maxReceiveCount: number;
}

export const defaultAttributes: QueueAttributes = {
  delaySeconds: 0,
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  maxMessageBytes: 1_048_576,
  deadLetterQueue: null,
  maxReceiveCount: 0,
};

export class Queue {
  readonly name: string;
  readonly attributes: QueueAttributes;
  #messages: StoredMessage[] = [];
  /** Takes a message that was received too often; null where there is no such queue. */
  readonly #deadLetter: ((message: StoredMessage) => void) | null;

  constructor(name: string, attributes: QueueAttributes, deadLetter: ((message: StoredMessage) => void) | null) {
    this.name = name;
    this.attributes = attributes;
    this.#deadLetter = deadLetter;
  }

  add(message: StoredMessage): void {
    this.#messages.push(message);
  }

  send(id: string, body: string, delaySeconds: number, nowMs: number): void {
    const delayMs = delaySeconds * 1_000;
    const times = { sentAtMs: nowMs, delayMs, visibleAtMs: nowMs + delayMs };
    this.add({ id, body, ...times, receives: 0, firstReceivedAtMs: null, receipt: null });
  }

  receive(max: number, visibilitySeconds: number, nowMs: number, newReceipt: () => string): StoredMessage[] {
    this.#expire(nowMs);
    const taken: StoredMessage[] = [];
    for (const message of [...this.#messages]) {
      if (taken.length >= max) break;
      if (message.visibleAtMs > nowMs) continue;
      if (this.#deadLetter !== null && message.receives >= this.attributes.maxReceiveCount) {
        this.#drop(message);
        this.#deadLetter(message);
        continue;
      }
      message.receives += 1;
      message.firstReceivedAtMs ??= nowMs;
      message.visibleAtMs = nowMs + visibilitySeconds * 1_000;
      message.receipt = newReceipt();
      taken.push(message);
    }
    return taken;
  }

  /** Null when no message in flight has that receipt. */
  inFlight(receipt: string, nowMs: number): StoredMessage | null {
    const found = this.#messages.find((message) => message.receipt === receipt);
    return found !== undefined && found.visibleAtMs > nowMs ? found : null;
  }

  /** Whatever the receipt: one of an earlier delivery removes nothing, and the service answers the same. */
  remove(receipt: string): void {
    this.#messages = this.#messages.filter((message) => message.receipt !== receipt);
  }

  messages(nowMs: number): readonly StoredMessage[] {
    this.#expire(nowMs);
    return this.#messages.map((message) => ({ ...message }));
  }

  #drop(message: StoredMessage): void {
    this.#messages = this.#messages.filter((other) => other !== message);
  }

  /** Age counts from the first sending, on a dead-letter queue too. */
  #expire(nowMs: number): void {
    const ageMs = this.attributes.retentionSeconds * 1_000;
    this.#messages = this.#messages.filter(({ sentAtMs }) => sentAtMs + ageMs > nowMs);
  }
}
