import { isBefore, MessageHeap, type Turn } from "./message-heap.ts";

/** One message as memory knows it. */
export interface Message extends Turn {
  readonly id: number;
  readonly queue: string;
  readonly body: string;
  readonly sentAt: number;
  readyAt: number;
  receives: number;
  /** `waiting` in a lane, `in-flight` with a receiver, or `removed`. */
  state: "waiting" | "in-flight" | "removed";
  /** When it is shown again unless it is settled before; only while in flight. Memory alone knows it. */
  lapsesAt: number;
  /** Whether it has a row. */
  onDisk: boolean;
  /** Changed since the last group. */
  changed: boolean;
}

/** A message that is waiting. Always built here, so that all of them have one shape. */
export function newMessage(
  about: Pick<Message, "id" | "queue" | "body" | "sentAt" | "readyAt" | "receives" | "onDisk">,
): Message {
  const { id, queue, body, sentAt, readyAt, receives, onDisk } = about;
  return {
    id,
    queue,
    body,
    sentAt,
    readyAt,
    receives,
    state: "waiting",
    lapsesAt: 0,
    onDisk,
    changed: false,
  };
}

/**
 * The waiting messages of one queue. Only a window of the soonest ones stays in memory; the rest is on disk, behind the horizon.
 * Every waiting message before the horizon is in the heap; those at or behind it are on disk, or in `#beyond` until they are.
 */
export class MessageLane {
  readonly queue: string;
  readonly inFlight = new Set<Message>();
  /** Not later than the first time at which a message in flight is shown again. */
  nextLapse = Number.POSITIVE_INFINITY;
  readonly #windowSize: number;
  readonly #drop: (message: Message) => void;
  readonly #heap = new MessageHeap<Message>();
  readonly #beyond = new Set<Message>();
  #horizon: Turn | undefined;

  /**
   * @param drop forgets a message that is wholly on disk
   * @param horizon where messages on disk begin; undefined when there are none
   */
  constructor(queue: string, windowSize: number, drop: (message: Message) => void, horizon: Turn | undefined) {
    this.queue = queue;
    this.#windowSize = windowSize;
    this.#drop = drop;
    this.#horizon = horizon;
  }

  /** Set while messages may have to be loaded. */
  get horizon(): Turn | undefined {
    return this.#heap.size === 0 ? this.#horizon : undefined;
  }

  /** The soonest waiting message, unless it has to be loaded first. */
  get first(): Turn | undefined {
    return this.#heap.first ?? this.#horizon;
  }

  add(message: Message): void {
    if (this.#horizon && !isBefore(message, this.#horizon)) {
      this.#beyond.add(message);
      return;
    }
    this.#heap.push(message);
    if (this.#heap.size >= 2 * this.#windowSize) this.#spill();
  }

  /** The soonest message in memory. */
  get ready(): Message | undefined {
    return this.#heap.first;
  }

  take(): Message | undefined {
    return this.#heap.pop();
  }

  /** The messages from the horizon up to the next one were read from disk. */
  loaded(messages: readonly Message[], horizon: Turn | undefined): void {
    this.#horizon = horizon;
    for (const message of messages) this.#heap.push(message);
    for (const message of this.#beyond) {
      if (horizon && !isBefore(message, horizon)) continue;
      this.#beyond.delete(message);
      this.#heap.push(message);
    }
  }

  /** The message is wholly on disk now. */
  written(message: Message): void {
    if (this.#beyond.delete(message)) this.#drop(message);
  }

  #spill(): void {
    const spilled = this.#heap.cut(this.#windowSize);
    const [first] = spilled;
    if (first) this.#horizon = { readyAt: first.readyAt, id: first.id };
    for (const message of spilled) {
      if (message.changed) this.#beyond.add(message);
      else this.#drop(message);
    }
  }
}
