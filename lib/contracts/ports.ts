import type { DroverEvent, Outcome } from "./event.ts";
import type { LedgerRecord } from "./operation.ts";
import type { Secret } from "./secret.ts";
import type { Telemetry } from "./telemetry.ts";

/** Opaque: an ETag, a number, whatever the store compares. */
export type Version = string;

export interface Stored<Kind extends LedgerRecord = LedgerRecord> {
  readonly key: string;
  readonly record: Kind;
  readonly version: Version;
}

export interface OperationFilter {
  readonly state?: "active" | "ended";
  readonly outcome?: Outcome;
  readonly type?: string;
  readonly connection?: string;
  readonly label?: { readonly name: string; readonly value: string };
  readonly parent?: string;
}

export interface Page<Item> {
  /** May be short or even empty while there is more: a store looks at a bounded number of records for one page. */
  readonly items: readonly Item[];
  /** Present when there may be more: pass it on to go on. */
  readonly cursor?: string;
}

/**
 * Where records are stored. Single-item conditional writes only, so that SQLite, DynamoDB and Tables can all keep its promises.
 * Records are never changed in place, neither by the caller nor by the ledger.
 */
export interface Ledger {
  /** Stores the record when the key is free; undefined when it is taken. */
  create(key: string, record: LedgerRecord): Promise<Version | undefined>;
  /** Strongly consistent: sees every write that was answered before. */
  read(key: string): Promise<Stored | undefined>;
  /** Replaces the record when its version still is `expected`; undefined on a conflict or when it is gone. */
  write(key: string, record: LedgerRecord, expected: Version): Promise<Version | undefined>;
  /** Removes the record when its version still is `expected`; false on a conflict or when it is gone. */
  remove(key: string, expected: Version): Promise<boolean>;
  /** Keys of records that want the sweep at or before `nowMs`, the most overdue first. */
  due(nowMs: number, limit: number): Promise<readonly string[]>;
  /** Operations (and tombstones are left out), newest first. */
  listOperations(filter: OperationFilter, limit: number, cursor?: string): Promise<Page<Stored>>;
  /** Records whose key begins with `prefix`, in order of their keys. */
  listByPrefix(prefix: string, limit: number, cursor?: string): Promise<Page<Stored>>;
  /**
   * Resolves when everything written before this call survives a crash. Stores that answer only after durability return at once.
   * The engine waits for it before each effect and before each promise it makes to the outside.
   */
  durable(): Promise<void>;
}

export interface OutgoingMessage {
  readonly queue: string;
  readonly body: string;
  /** 0 when absent. Never above the queue's `maxDelayMs`. */
  readonly delayMs?: number;
}

export interface QueueSender {
  /** Longest delay that one message can carry; longer waits go through the ledger's `wakeAt`. */
  readonly maxDelayMs: number;
  send(messages: readonly OutgoingMessage[]): Promise<void>;
}

/** One delivery of a message. */
export interface Delivery {
  readonly queue: string;
  /** Id of the message: the same for every delivery of it. */
  readonly id: string;
  readonly body: string;
  /** 1 for the first delivery. */
  readonly receives: number;
  readonly sentAt: number;
}

export interface ReceivedDelivery extends Delivery {
  /** What settles this very delivery; a later delivery of the same message has another one. */
  readonly receipt: string;
}

/** What becomes of a delivery. Everything the handler wrote before is ordered before the settlement. */
export type Settlement =
  | { readonly kind: "acknowledge" }
  /** Shown again after the delay; the count of receives goes on, and at the queue's limit the host makes it a dead letter. */
  | { readonly kind: "release"; readonly delayMs: number; readonly cause: string }
  | { readonly kind: "dead-letter"; readonly cause: string };

export interface HandlerContext {
  readonly signal: AbortSignal;
  /** Time left before the host ends this function. */
  remainingMs(): number;
}

/** A queue-triggered function, host-neutral. */
export type MessageHandler = (delivery: Delivery, context: HandlerContext) => Promise<Settlement>;

/** Only hosts receive; on cloud platforms the host itself does. */
export interface QueueReceiver {
  /** Up to `max` messages whose time has come, hidden from others for `visibilityMs`. */
  receive(queue: string, max: number, visibilityMs: number): Promise<readonly ReceivedDelivery[]>;
  /** Removes the message; false when the receipt is no longer the valid one. */
  acknowledge(delivery: ReceivedDelivery): Promise<boolean>;
  /** Shows the message again after `delayMs`; its count of receives goes on. False when the receipt is no longer valid. */
  release(delivery: ReceivedDelivery, delayMs: number): Promise<boolean>;
}

export interface Bus {
  /** Resolves when the bus has taken every one of them; an event that is published twice has the same id twice. */
  publish(events: readonly DroverEvent[]): Promise<void>;
}

export interface StoredEvent {
  readonly position: number;
  readonly event: DroverEvent;
}

/** A bus that can be read back: the local one. */
export interface ReadableBus extends Bus {
  /** Durable events after that position, oldest first. Position 0 is before the first. */
  read(after: number, limit: number): Promise<readonly StoredEvent[]>;
  /** Calls back after each commit that added events. Returns the function that ends it. */
  onCommit(listener: () => void): () => void;
}

export interface VaultEntry {
  readonly value: Secret;
  /** What was put beside it: no secret. */
  readonly note?: string;
  /** By the vault's own clock (ms since 1970). */
  readonly storedAt: number;
  /** Another one after each `put`, also of the same value. */
  readonly version: Version;
}

export interface Vault {
  get(name: string): Promise<Secret | undefined>;
  /** The value with all that stands beside it, as one write has left them. What it shows survives a crash. */
  describe(name: string): Promise<VaultEntry | undefined>;
  /** Value and note replace what stood there, in one write: a put without a note leaves none. */
  put(name: string, value: Secret, note?: string): Promise<Version>;
  /** Stores the value when the name is free, and gives back what stands there: of several callers, all get the same. */
  create(name: string, value: Secret): Promise<Secret>;
  names(): Promise<readonly string[]>;
  /** False when there was none. */
  remove(name: string): Promise<boolean>;
}

export interface HandoffEntry {
  readonly id: string;
  readonly fileName: string;
  /** Nothing is served at or after this time (ms since 1970). */
  readonly expiresAt: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Short-lived credentials and files, each served at most once, never after its expiry. */
export interface HandoffStore {
  put(
    id: string,
    content: Uint8Array,
    about: { readonly fileName: string; readonly expiresAt: number },
  ): Promise<HandoffEntry>;
  describe(id: string): Promise<HandoffEntry | undefined>;
  /** The content, once: whoever comes second, or too late, gets undefined. The stored copy is gone afterwards. */
  take(id: string): Promise<{ readonly entry: HandoffEntry; readonly content: Uint8Array } | undefined>;
  remove(id: string): Promise<boolean>;
  /**
   * Asked before anything is made that would be lost for want of room; absent where storage does not end.
   * @throws RetryableError when there is none
   */
  checkRoom?(): Promise<void>;
  /** Removes what has expired and returns how many. */
  expire(nowMs: number): Promise<number>;
}

export interface Clock {
  /** Milliseconds since 1970. Never goes backwards within one process. */
  now(): number;
  /** Milliseconds since 1970, as the system has them: for what others hold against their own clocks, such as signatures. May go back. */
  wallMs(): number;
  /** Milliseconds since some fixed moment of this process; unaffected by changes of the wall clock. */
  monotonicMs(): number;
}

export interface Randomness {
  /** A new unguessable identifier, URL-safe, at least 96 bits. */
  id(): string;
  /** Lower-case hex digits. */
  hex(digits: number): string;
}

/** What the engine needs of a host. */
export interface Ports {
  readonly ledger: Ledger;
  readonly queue: QueueSender;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
  /** Figures and spans; absent: nobody listens. */
  readonly telemetry?: Telemetry | undefined;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Names of the queues. Each has one function behind it. */
export const inboxQueue = "inbox";
export const deadLetterQueueOf = (queue: string) => `${queue}-dead-letters`;
