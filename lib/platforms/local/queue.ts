import type { DatabaseSync } from "node:sqlite";
import type { Clock, OutgoingMessage, QueueReceiver, QueueSender, ReceivedDelivery } from "../../contracts/ports.ts";
import { checkDelay } from "../carried-body.ts";
import type { Group, Part } from "./group.ts";
import type { Turn } from "./message-heap.ts";
import { type Message, MessageLane, newMessage } from "./message-lane.ts";
import { checkMessage, Messages, maxDelayMs } from "./messages.ts";
import type { Store } from "./store.ts";
import { Suspects } from "./suspects.ts";

const defaultWindow = 1_000;

export interface QueueFigures {
  readonly queue: string;
  /** Messages that nobody handles, delayed ones included. */
  readonly waiting: number;
  readonly inFlight: number;
  /** When the first of them wants or wanted to be received. */
  readonly firstReadyAt?: number;
}

/**
 * Messages in memory, the soonest ones, and in the table `messages`. What is in flight is known to memory alone, since one
 * process owns the data: after a restart every message that was not acknowledged is ready at once, with its count of receives.
 */
export class LocalQueue implements QueueSender, QueueReceiver, Part {
  readonly maxDelayMs = maxDelayMs;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #window: number;
  readonly #rows: Messages;
  readonly #lanes = new Map<string, MessageLane>();
  /** Every message in memory, in whatever state. */
  readonly #messages = new Map<number, Message>();
  readonly #listeners = new Set<(queue: string) => void>();
  readonly #suspects: Suspects;
  /** Messages of each queue that are not settled, on disk or not. */
  readonly #counts = new Map<string, number>();
  #changed: Message[] = [];

  constructor(store: Store, database: DatabaseSync, clock: Clock, window: number = defaultWindow) {
    this.#store = store;
    this.#clock = clock;
    this.#window = window;
    this.#suspects = new Suspects(store.number(0));
    this.#rows = new Messages(database);
    for (const { queue, from, count } of this.#rows.queues()) {
      this.#lanes.set(queue, this.#newLane(queue, from));
      this.#counts.set(queue, count);
    }
    store.add(this);
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    this.put(messages);
  }

  async receive(queue: string, max: number, visibilityMs: number): Promise<readonly ReceivedDelivery[]> {
    this.#store.check();
    const now = this.#clock.now();
    const lane = this.#lanes.get(queue);
    if (!lane) return [];
    this.#lapse(lane, now);
    const deliveries: ReceivedDelivery[] = [];
    let recovered = false;
    while (deliveries.length < max) {
      const message = this.#take(lane, now);
      if (!message) break;
      recovered ||= this.#suspects.isRecovered(message);
      deliveries.push(this.#deliver(lane, message, now + visibilityMs));
    }
    // A message that was here before may be what ended the last process: its count is on disk before it may end this one.
    if (recovered) await this.#store.durable();
    return deliveries;
  }

  async acknowledge(delivery: ReceivedDelivery): Promise<boolean> {
    return this.drop(delivery);
  }

  async release(delivery: ReceivedDelivery, delayMs: number): Promise<boolean> {
    return this.showAgain(delivery, delayMs);
  }

  /** `send` for callers in this process, who need no promise: everything happens before it returns. */
  put(messages: readonly OutgoingMessage[]): void {
    this.#store.check();
    const now = this.#clock.now();
    for (const message of messages) checkMessage(message);
    for (const { queue, body: text, delayMs = 0 } of messages) {
      const id = this.#store.number();
      // The database keeps no lone surrogates: the text is the same before and after a restart.
      const body = text.toWellFormed();
      const message = newMessage({ id, queue, body, sentAt: now, readyAt: now + delayMs, receives: 0, onDisk: false });
      this.#messages.set(id, message);
      this.#counts.set(queue, (this.#counts.get(queue) ?? 0) + 1);
      this.#show(message);
    }
  }

  /** `acknowledge`, in the same way. */
  drop(delivery: ReceivedDelivery): boolean {
    this.#store.check();
    const message = this.#settle(delivery);
    if (!message) return false;
    message.state = "removed";
    this.#counts.set(message.queue, (this.#counts.get(message.queue) ?? 1) - 1);
    this.#note(message);
    return true;
  }

  /** `release`, in the same way. */
  showAgain(delivery: ReceivedDelivery, delayMs: number): boolean {
    this.#store.check();
    checkDelay({ queue: delivery.queue, delayMs }, maxDelayMs);
    const message = this.#settle(delivery);
    if (!message) return false;
    message.readyAt = this.#clock.now() + delayMs;
    message.state = "waiting";
    this.#show(message);
    return true;
  }

  /** When the soonest message of the queue wants to be received: perhaps in the past, undefined when there is none. */
  nextReadyAt(queue: string): number | undefined {
    const lane = this.#lanes.get(queue);
    if (!lane) return undefined;
    const soonest = Math.min(lane.first?.readyAt ?? Number.POSITIVE_INFINITY, lane.nextLapse);
    return soonest === Number.POSITIVE_INFINITY ? undefined : soonest;
  }

  /** Calls back when a message was sent or released: `nextReadyAt` of its queue may be sooner now. */
  onReady(listener: (queue: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of each queue that has had messages; from memory alone. */
  figures(): QueueFigures[] {
    return [...this.#lanes.values()].map(({ queue, inFlight, first }) => ({
      queue,
      waiting: (this.#counts.get(queue) ?? 0) - inFlight.size,
      inFlight: inFlight.size,
      ...(first ? { firstReadyAt: first.readyAt } : {}),
    }));
  }

  /** Messages in memory. */
  get held(): number {
    return this.#messages.size;
  }

  fill(group: Group): void {
    for (const { id, queue, readyAt, sentAt, receives, body, onDisk, state } of this.#changed) {
      if (state === "removed") {
        if (onDisk) group.removedMessages.push(id);
      } else if (onDisk) group.changedMessages.push([readyAt, receives, id]);
      else group.messages.push([id, queue, readyAt, sentAt, receives, body]);
    }
  }

  written(): void {
    for (const message of this.#changed) {
      message.changed = false;
      message.onDisk = true;
      if (message.state === "removed") this.#messages.delete(message.id);
      else this.#lanes.get(message.queue)?.written(message);
    }
    this.#changed = [];
  }

  #newLane(queue: string, horizon?: Turn): MessageLane {
    return new MessageLane(queue, this.#window, (message) => this.#messages.delete(message.id), horizon);
  }

  /** Puts a waiting message into its lane. */
  #show(message: Message): void {
    this.#note(message);
    let lane = this.#lanes.get(message.queue);
    if (!lane) {
      lane = this.#newLane(message.queue);
      this.#lanes.set(message.queue, lane);
    }
    lane.add(message);
    for (const listener of this.#listeners) listener(message.queue);
  }

  #take(lane: MessageLane, now: number): Message | undefined {
    for (let horizon = lane.horizon; horizon && horizon.readyAt <= now; horizon = lane.horizon) {
      this.#loadFrom(lane, horizon);
    }
    const { ready } = lane;
    if (!ready || ready.readyAt > now || this.#suspects.mustWait(ready)) return undefined;
    return lane.take();
  }

  /** Messages that are in memory as well are left out: memory knows better, and has them in their place. */
  #loadFrom(lane: MessageLane, place: Turn): void {
    const found = this.#store.query(() => this.#rows.from(lane.queue, place, this.#window + 1));
    const next = found[this.#window];
    const loaded = found.slice(0, this.#window).filter(({ id }) => !this.#messages.has(id));
    for (const message of loaded) this.#messages.set(message.id, message);
    lane.loaded(loaded, next && { readyAt: next.readyAt, id: next.id });
  }

  /** Counting the receive is a change: when handling it ends the process, the count is known, so that it cannot go on for ever. */
  #deliver(lane: MessageLane, message: Message, visibleAt: number): ReceivedDelivery {
    message.state = "in-flight";
    message.receives += 1;
    message.lapsesAt = visibleAt;
    this.#suspects.handedOut();
    lane.inFlight.add(message);
    lane.nextLapse = Math.min(lane.nextLapse, visibleAt);
    this.#note(message);
    const { queue, body, receives, sentAt } = message;
    return { queue, id: String(message.id), body, receives, sentAt, receipt: receiptOf(message) };
  }

  /** The message of a delivery that may still settle it. */
  #settle(delivery: ReceivedDelivery): Message | undefined {
    const message = this.#messages.get(Number(delivery.id));
    if (message?.state !== "in-flight" || delivery.receipt !== receiptOf(message)) return undefined;
    this.#land(message);
    return message;
  }

  #land(message: Message): void {
    this.#suspects.landed(message);
    const lane = this.#lanes.get(message.queue);
    if (!lane) return;
    lane.inFlight.delete(message);
    if (lane.inFlight.size === 0) lane.nextLapse = Number.POSITIVE_INFINITY;
  }

  /** Shows again what was neither acknowledged nor released in time. */
  #lapse(lane: MessageLane, now: number): void {
    if (now < lane.nextLapse) return;
    lane.nextLapse = Number.POSITIVE_INFINITY;
    for (const message of lane.inFlight) {
      if (message.lapsesAt > now) {
        lane.nextLapse = Math.min(lane.nextLapse, message.lapsesAt);
        continue;
      }
      lane.inFlight.delete(message);
      this.#suspects.landed(message);
      message.state = "waiting";
      message.readyAt = message.lapsesAt;
      this.#show(message);
    }
  }

  #note(message: Message): void {
    if (!message.changed) this.#changed.push(message);
    message.changed = true;
    this.#store.changed();
  }
}

function receiptOf(message: Message): string {
  return `${message.id}.${message.receives}`;
}
