import type { DatabaseSync } from "node:sqlite";
import { InvalidInputError } from "../../contracts/errors.ts";
import type { LedgerRecord } from "../../contracts/operation.ts";
import type { Ledger, OperationFilter, Page, Stored, Version } from "../../contracts/ports.ts";
import type { Group, Part } from "./group.ts";
import { type Entry, RecordCache } from "./record-cache.ts";
import { checkChange, checkRecord } from "./record-size.ts";
import { type Place, Records, rowOf } from "./records.ts";
import type { Store } from "./store.ts";

const defaultCachedRecords = 1_000;
/** Rows that one call of `listOperations` looks at: a rare label would otherwise hold up the event loop. */
const scannedRows = 2_000;
const start: Place = { created: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };

/** Records in memory as long as they are new or used, and in the table `records`. */
export class LocalLedger implements Ledger, Part {
  readonly #store: Store;
  readonly #records: Records;
  readonly #cache: RecordCache;
  #changed: Entry[] = [];

  constructor(store: Store, database: DatabaseSync, cachedRecords: number = defaultCachedRecords) {
    this.#store = store;
    this.#records = new Records(database);
    this.#cache = new RecordCache(cachedRecords);
    store.add(this);
  }

  async create(key: string, record: LedgerRecord): Promise<Version | undefined> {
    this.#store.check();
    const entry = this.#find(key);
    if (entry?.stored) return undefined;
    const bytes = checkRecord(key, record);
    if (entry) return this.#replace(entry, record, bytes);
    const added: Entry = { key, id: this.#store.number(), stored: undefined, bytes, onDisk: false, changed: false };
    this.#cache.add(added);
    return this.#replace(added, record, bytes);
  }

  async read(key: string): Promise<Stored | undefined> {
    this.#store.check();
    return this.#find(key)?.stored;
  }

  async write(key: string, record: LedgerRecord, expected: Version): Promise<Version | undefined> {
    this.#store.check();
    const entry = this.#find(key);
    if (entry?.stored?.version !== expected) return undefined;
    return this.#replace(entry, record, checkChange(key, record, entry.stored.record, entry.bytes));
  }

  async remove(key: string, expected: Version): Promise<boolean> {
    this.#store.check();
    const entry = this.#find(key);
    if (entry?.stored?.version !== expected) return false;
    entry.stored = undefined;
    this.#note(entry);
    return true;
  }

  async due(nowMs: number, limit: number): Promise<readonly string[]> {
    this.#store.writeNow();
    return this.#store.query(() => this.#records.due(nowMs, limit));
  }

  /** A page may be short, even empty, and still have a cursor: a call looks at a bounded number of rows. */
  async listOperations(filter: OperationFilter, limit: number, cursor?: string): Promise<Page<Stored>> {
    const place = cursor === undefined ? start : placeOf(cursor);
    this.#store.writeNow();
    return this.#store.query(() => this.#page(filter, limit, place));
  }

  async listByPrefix(prefix: string, limit: number, cursor?: string): Promise<Page<Stored>> {
    if (cursor !== undefined && !cursor.startsWith(prefix)) throw cursorError();
    this.#store.writeNow();
    const rows = this.#store.query(() => this.#records.byPrefix(prefix, cursor, limit + 1));
    const items = rows.slice(0, limit).map((row) => row.stored());
    const last = items.at(-1);
    return rows.length > limit && last ? { items, cursor: last.key } : { items };
  }

  durable(): Promise<void> {
    return this.#store.durable();
  }

  fill(group: Group): void {
    for (const { id, left, stored, onDisk } of this.#changed) {
      if (left !== undefined) group.removedRecords.push(left);
      if (stored) group.records.push(rowOf(id, stored));
      else if (onDisk) group.removedRecords.push(id);
    }
  }

  written(): void {
    for (const entry of this.#changed) {
      entry.changed = false;
      entry.onDisk = true;
      entry.left = undefined;
      if (!isWanted(entry)) this.#cache.delete(entry.key);
    }
    this.#changed = [];
  }

  #page(filter: OperationFilter, limit: number, from: Place): Page<Stored> {
    const items: Stored[] = [];
    let scanned = 0;
    let place = from;
    for (const row of this.#records.operations(filter, from)) {
      if (items.length >= limit || scanned >= scannedRows) return { items, cursor: `${place.created}-${place.id}` };
      scanned += 1;
      place = row;
      const entry = this.#cache.get(row.key);
      const stored = entry ? entry.stored : row.stored();
      if (stored && matches(stored.record, filter)) items.push(stored);
    }
    return { items };
  }

  #find(key: string): Entry | undefined {
    const entry = this.#cache.get(key);
    if (entry) return entry;
    const row = this.#store.query(() => this.#records.read(key));
    if (!row) return undefined;
    const read: Entry = { key, id: row.id, stored: row.stored(), bytes: row.bytes, onDisk: true, changed: false };
    this.#cache.add(read);
    return read;
  }

  #replace(entry: Entry, record: LedgerRecord, bytes: number): Version {
    entry.bytes = bytes;
    if (record.kind === "tombstone" && entry.stored?.record.kind === "operation") this.#move(entry);
    const version = String(this.#store.number());
    entry.stored = { key: entry.key, record, version };
    this.#note(entry);
    return version;
  }

  /** In the row of what it replaces, something small would keep the page of it for years: beside others like it, a tenth. */
  #move(entry: Entry): void {
    // Only the row that is on disk: one of this group that is replaced in it was never there.
    if (!entry.onDisk || entry.left !== undefined) return;
    entry.left = entry.id;
    entry.id = this.#store.number();
  }

  #note(entry: Entry): void {
    if (!entry.changed) this.#changed.push(entry);
    entry.changed = true;
    this.#store.changed();
  }
}

/** Whether somebody may ask for it soon. A finished operation would only be in the way, of the others and of the garbage collector. */
function isWanted({ stored }: Entry): boolean {
  return stored !== undefined && (stored.record.kind !== "operation" || stored.record.state === "active");
}

function placeOf(cursor: string): Place {
  const match = /^(\d{1,16})-(\d{1,16})$/.exec(cursor);
  if (match) return { created: Number(match[1]), id: Number(match[2]) };
  throw cursorError();
}

function cursorError(): InvalidInputError {
  return new InvalidInputError("Expected a cursor from the page before, got another text", { code: "invalid-cursor" });
}

function matches(record: LedgerRecord, filter: OperationFilter): boolean {
  return (
    record.kind === "operation" &&
    (filter.state === undefined || record.state === filter.state) &&
    (filter.outcome === undefined || record.outcome === filter.outcome) &&
    (filter.type === undefined || record.request.type === filter.type) &&
    (filter.connection === undefined || record.request.connection === filter.connection) &&
    (filter.parent === undefined || record.parent === filter.parent) &&
    (filter.label === undefined || record.request.labels[filter.label.name] === filter.label.value)
  );
}
