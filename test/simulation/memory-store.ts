import type { DroverEvent } from "../../lib/contracts/event.ts";
import { limits } from "../../lib/contracts/limits.ts";
import { dueAtOf, type LedgerRecord } from "../../lib/contracts/operation.ts";
import type { OperationFilter, Page, Stored, Version } from "../../lib/contracts/ports.ts";

export interface HeldMessage {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
}

/** All that survives a crash: rows, messages, events. Rows are kept as text, so that nobody shares an object with the store. */
export class MemoryStore {
  rows = new Map<string, { readonly text: string; readonly version: number }>();
  messages = new Map<string, HeldMessage>();
  events: DroverEvent[] = [];
  #versions = 0;
  #messageIds = 0;
  /** What rows say, for those who only look: a row is replaced, never changed. */
  readonly #seen = new WeakMap<object, LedgerRecord>();

  create(key: string, record: LedgerRecord): Version | undefined {
    if (this.rows.has(key)) return undefined;
    return this.#store(key, record);
  }

  write(key: string, record: LedgerRecord, expected: Version): Version | undefined {
    return String(this.rows.get(key)?.version) === expected ? this.#store(key, record) : undefined;
  }

  remove(key: string, expected: Version): boolean {
    return String(this.rows.get(key)?.version) === expected && this.rows.delete(key);
  }

  read(key: string): Stored | undefined {
    const row = this.rows.get(key);
    return row && { key, record: JSON.parse(row.text) as LedgerRecord, version: String(row.version) };
  }

  /** The same object again and again: nobody may change it. */
  peek(key: string): LedgerRecord | undefined {
    const row = this.rows.get(key);
    if (!row) return undefined;
    const seen = this.#seen.get(row) ?? (JSON.parse(row.text) as LedgerRecord);
    this.#seen.set(row, seen);
    return seen;
  }

  due(nowMs: number, limit: number): readonly string[] {
    const due = [...this.rows.keys()].flatMap((key) => {
      const record = this.peek(key);
      const at = record && dueAtOf(record);
      return at !== undefined && at <= nowMs ? [{ key, at }] : [];
    });
    return due
      .sort((a, b) => a.at - b.at)
      .slice(0, limit)
      .map((entry) => entry.key);
  }

  list(filter: OperationFilter, limit: number, cursor?: string): Page<Stored> {
    const all = [...this.rows.keys()].flatMap((key) => {
      const record = this.peek(key);
      const stored = record && matches(record, filter) ? this.read(key) : undefined;
      return stored ? [stored] : [];
    });
    const from = cursor === undefined ? 0 : Number(cursor);
    const items = all.slice(from, from + limit);
    return from + limit < all.length ? { items, cursor: String(from + limit) } : { items };
  }

  send(queue: string, body: string, now: number, delayMs: number): void {
    this.#messageIds += 1;
    const id = `m${this.#messageIds}`;
    this.messages.set(id, { id, queue, body, sentAt: now, visibleAt: now + delayMs, receives: 0 });
  }

  /** A copy that later changes do not reach. */
  snapshot(): MemoryStore {
    const copy = new MemoryStore();
    copy.rows = new Map(this.rows);
    copy.messages = new Map([...this.messages].map(([id, message]) => [id, { ...message }]));
    copy.events = [...this.events];
    copy.#versions = this.#versions;
    copy.#messageIds = this.#messageIds;
    return copy;
  }

  restore(from: MemoryStore): void {
    const copy = from.snapshot();
    this.rows = copy.rows;
    this.messages = copy.messages;
    this.events = copy.events;
  }

  #store(key: string, record: LedgerRecord): Version {
    const text = JSON.stringify(record);
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.itemBytes) throw new Error(`Expected ${key} within ${limits.itemBytes} bytes, got ${bytes}`);
    this.#versions += 1;
    this.rows.set(key, { text, version: this.#versions });
    return String(this.#versions);
  }
}

function matches(record: LedgerRecord, filter: OperationFilter): boolean {
  if (record.kind !== "operation") return false;
  return (
    (filter.state === undefined || record.state === filter.state) &&
    (filter.outcome === undefined || record.outcome === filter.outcome) &&
    (filter.type === undefined || record.request.type === filter.type) &&
    (filter.connection === undefined || record.request.connection === filter.connection) &&
    (filter.parent === undefined || record.parent === filter.parent) &&
    (filter.label === undefined || record.request.labels[filter.label.name] === filter.label.value)
  );
}
