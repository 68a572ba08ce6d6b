import type { DroverEvent } from "../../../lib/contracts/event.ts";
import { limits } from "../../../lib/contracts/limits.ts";
import { dueAtOf, type LedgerRecord } from "../../../lib/contracts/operation.ts";
import type { Stored, StoredEvent, Version } from "../../../lib/contracts/ports.ts";
import { DueIndex } from "./due-index.ts";
import { StaleIndex } from "./stale-index.ts";

/** What a backup of one machine holds. */
export interface Backup {
  readonly rows: ReadonlyMap<string, Row>;
  readonly messages: readonly QueuedMessage[];
  readonly events: number;
}

export interface QueuedMessage {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly sentAt: number;
  receives: number;
  /** Which delivery of it counts now. */
  receipt: number;
}

interface Row {
  readonly text: string;
  /** For those who only look: never handed to the engine. */
  readonly record: LedgerRecord;
  readonly version: number;
  readonly dueAt: number | undefined;
  readonly writtenAtMs: number;
}

/** Hears of every change, right after it. */
export interface StoreListener {
  written(key: string, before: LedgerRecord | undefined, after: LedgerRecord | undefined, text?: string): void;
  published(event: DroverEvent): void;
  queued(message: QueuedMessage, delayMs: number): void;
}

/**
 * All that survives a crash. Rows are text, so that nobody shares an object with the store. With a journal, as one machine has it,
 * what was not flushed is undone by `crash`, newest first: a crash loses a suffix of what was done.
 */
export class FleetStore {
  readonly rows = new Map<string, Row>();
  readonly messages = new Map<string, QueuedMessage>();
  readonly events: DroverEvent[] = [];
  readonly listener: StoreListener;
  readonly #nowMs: () => number;
  #journal: (() => void)[] | undefined;
  readonly #unflushed = new Set<string>();
  readonly #due = new DueIndex((key) => this.rows.get(key)?.dueAt);
  readonly #stale: StaleIndex;
  /** Grows with each row that comes. */
  readonly #orders = new Map<string, number>();
  #arrivals = 0;
  #durableEvents = 0;
  readonly #commitListeners = new Set<() => void>();
  #versions = 0;
  #messageIds = 0;

  constructor(
    nowMs: () => number,
    { hasJournal, indexLagMs }: { readonly hasJournal: boolean; readonly indexLagMs: number },
    listener: StoreListener,
  ) {
    this.#stale = new StaleIndex(indexLagMs);
    this.#nowMs = nowMs;
    this.#journal = hasJournal ? [] : undefined;
    this.listener = listener;
  }

  /** Called with the first change after a flush. */
  onUnflushed: () => void = () => undefined;

  /** To be called by whatever else has to be taken back with what was not flushed. */
  undoable(undo: () => void): void {
    if (this.#journal?.push(undo) === 1) this.onUnflushed();
  }

  get unflushed(): number {
    return this.#journal?.length ?? 0;
  }

  /** Whether what is stored under that key survives a crash. */
  isFlushed(key: string): boolean {
    return !this.#unflushed.has(key);
  }

  flush(): void {
    if (this.#journal) this.#journal = [];
    this.#unflushed.clear();
    if (this.events.length === this.#durableEvents) return;
    this.#durableEvents = this.events.length;
    for (const listener of this.#commitListeners) listener();
  }

  /** Calls back when events are on disk. Returns what ends it. */
  onCommit(listener: () => void): () => void {
    this.#commitListeners.add(listener);
    return () => this.#commitListeners.delete(listener);
  }

  /** Events that are on disk, after that position. */
  readEvents(after: number, limit: number): readonly StoredEvent[] {
    const read = this.events.slice(after, Math.min(after + limit, this.#durableEvents));
    return read.map((event, index) => ({ position: after + index + 1, event }));
  }

  crash(): void {
    const undo = this.#journal ?? [];
    if (this.#journal) this.#journal = [];
    this.#unflushed.clear();
    for (const back of undo.reverse()) back();
  }

  backup(): Backup {
    const messages = [...this.messages.values()].map((message) => ({ ...message }));
    return { rows: new Map(this.rows), messages, events: this.events.length };
  }

  restore({ rows, messages, events }: Backup): void {
    this.rows.clear();
    for (const [key, row] of rows) this.#place(key, row);
    this.messages.clear();
    for (const message of messages) this.messages.set(message.id, { ...message });
    this.events.length = events;
    this.#durableEvents = events;
    this.flush();
  }

  create(key: string, record: LedgerRecord): Version | undefined {
    return this.rows.has(key) ? undefined : this.#put(key, record);
  }

  write(key: string, record: LedgerRecord, expected: Version): Version | undefined {
    return String(this.rows.get(key)?.version) === expected ? this.#put(key, record) : undefined;
  }

  remove(key: string, expected: Version): boolean {
    const row = this.rows.get(key);
    if (!row || String(row.version) !== expected) return false;
    this.rows.delete(key);
    this.undoable(() => this.#place(key, row));
    this.listener.written(key, row.record, undefined);
    return true;
  }

  read(key: string): Stored | undefined {
    const row = this.rows.get(key);
    return row && { key, record: JSON.parse(row.text) as LedgerRecord, version: String(row.version) };
  }

  /** What stands there, for invariants and people: nobody changes it. */
  peek(key: string): LedgerRecord | undefined {
    return this.rows.get(key)?.record;
  }

  /** Keys by how overdue they are; of what was written within `lagMs` the index knows nothing yet. */
  due(nowMs: number, limit: number, lagMs = 0): readonly string[] {
    const seenUntilMs = this.#nowMs() - lagMs;
    const shown = this.#due.until(nowMs, limit, (key) => (this.rows.get(key)?.writtenAtMs ?? 0) <= seenUntilMs);
    return [...new Set([...this.#stale.dueBy(nowMs, seenUntilMs), ...shown])].slice(0, limit);
  }

  /** When the next row is due, by the wall clock. */
  nextDueAt(): number | undefined {
    return this.#due.first();
  }

  publish(event: DroverEvent): void {
    this.events.push(event);
    this.undoable(() => this.events.pop());
    this.listener.published(event);
  }

  send(queue: string, body: string, sentAt: number, delayMs: number): QueuedMessage {
    this.#messageIds += 1;
    return this.insert({ id: `m${this.#messageIds}`, queue, body, sentAt, receives: 0, receipt: 0 }, delayMs);
  }

  insert(message: QueuedMessage, delayMs: number): QueuedMessage {
    this.messages.set(message.id, message);
    this.undoable(() => this.messages.delete(message.id));
    this.listener.queued(message, delayMs);
    return message;
  }

  removeMessage(id: string): boolean {
    const message = this.messages.get(id);
    if (!message) return false;
    this.messages.delete(id);
    this.undoable(() => this.messages.set(id, message));
    return true;
  }

  #place(key: string, row: Row): void {
    if (!this.rows.has(key)) this.#orders.set(key, ++this.#arrivals);
    this.rows.set(key, row);
    if (row.dueAt !== undefined) this.#due.add({ key, dueAt: row.dueAt, order: this.#orders.get(key) ?? 0 });
  }

  #put(key: string, record: LedgerRecord): Version {
    const text = JSON.stringify(record);
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.itemBytes) throw new Error(`Expected ${key} within ${limits.itemBytes} bytes, got ${bytes}`);
    const before = this.rows.get(key);
    this.#versions += 1;
    const copy = JSON.parse(text) as LedgerRecord;
    const row = { text, record: copy, version: this.#versions, dueAt: dueAtOf(record), writtenAtMs: this.#nowMs() };
    this.#place(key, row);
    if (this.#journal) this.#unflushed.add(key);
    this.undoable(() => (before ? this.#place(key, before) : this.rows.delete(key)));
    if (before?.dueAt !== row.dueAt) this.#stale.left(key, before?.dueAt, this.#nowMs());
    this.listener.written(key, before?.record, copy, text);
    return String(row.version);
  }
}
