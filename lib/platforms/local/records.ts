import type { DatabaseSync, StatementSync } from "node:sqlite";
import { hashFraction } from "../../contracts/identifiers.ts";
import { dueAtOf, operationKey } from "../../contracts/operation.ts";
import type { OperationFilter, Stored } from "../../contracts/ports.ts";
import type { RecordRow } from "./group.ts";

/** Unique enough for an index: rows found by it are compared by their key. */
const hashOf = (key: string) => hashFraction(key) * 2 ** 32;

/** The row of a record, with what the indexes need of it. */
export function rowOf(id: number, { key, record, version }: Stored): RecordRow {
  const due = dueAtOf(record) ?? null;
  const text = JSON.stringify(record);
  if (record.kind !== "operation") return [id, hashOf(key), key, Number(version), due, null, null, null, text];
  const status = record.state === "active" ? "active" : (record.outcome ?? "ended");
  const { createdAt, parent = null } = record;
  return [id, hashOf(key), key, Number(version), due, createdAt, status, parent, text];
}

/** A row as it was found; its record is parsed when it is asked for. */
export interface FoundRow {
  readonly id: number;
  readonly key: string;
  /** 0 for what is no operation. */
  readonly created: number;
  /** Of the record's JSON, at most. */
  readonly bytes: number;
  stored(): Stored;
}

/** The order of operations, newest first: creation, then the row's number. */
export interface Place {
  readonly created: number;
  readonly id: number;
}

function foundRow(row: Readonly<Record<string, unknown>>): FoundRow {
  const key = String(row["key"]);
  const text = String(row["record"]);
  return {
    id: Number(row["id"]),
    key,
    created: Number(row["created"]),
    bytes: Buffer.byteLength(text),
    stored: () => ({ key, record: JSON.parse(text), version: String(row["version"]) }),
  };
}

const operationKeys = operationKey("");
const columns = "id, key, version, created, record";
const newestFirst = "(created, id) < (?, ?) ORDER BY created DESC, id DESC";

/** What is asked of the `records` table. */
export class Records {
  readonly #byKey: StatementSync;
  readonly #due: StatementSync;
  readonly #byName: StatementSync;
  readonly #byAnyKey: StatementSync;
  readonly #lists: Readonly<Record<"all" | "status" | "parent", StatementSync>>;

  constructor(database: DatabaseSync) {
    this.#byKey = database.prepare(`SELECT ${columns} FROM records WHERE key_hash = ? AND key = ?`);
    this.#due = database.prepare("SELECT key FROM records WHERE due <= ? ORDER BY due LIMIT ?");
    const range = `SELECT ${columns} FROM records WHERE key >= ? AND key < ?`;
    this.#byName = database.prepare(`${range} AND key NOT GLOB 'operation/*' ORDER BY key LIMIT ?`);
    this.#byAnyKey = database.prepare(`${range} ORDER BY key LIMIT ?`);
    const list = (condition: string) =>
      database.prepare(`SELECT ${columns} FROM records WHERE ${condition} AND ${newestFirst}`);
    this.#lists = {
      all: list("created IS NOT NULL"),
      status: list("status = ? AND status <> 'succeeded'"),
      parent: list("parent = ?"),
    };
  }

  read(key: string): FoundRow | undefined {
    const row = this.#byKey.get(hashOf(key), key);
    return row && foundRow(row);
  }

  due(nowMs: number, limit: number): string[] {
    return this.#due.all(nowMs, limit).map((row) => String(row["key"]));
  }

  /** @param after the last key of the page before */
  byPrefix(prefix: string, after: string | undefined, limit: number): FoundRow[] {
    const lowest = after === undefined ? prefix : `${after}\0`;
    // The keys of operations have no order of their own on disk: listing them by key reads the whole table.
    const any = prefix.startsWith(operationKeys) || operationKeys.startsWith(prefix);
    const rows = any ? this.#byAnyKey : this.#byName;
    return rows.all(lowest, `${prefix}\u{10FFFF}`, limit).map(foundRow);
  }

  /** Operations below `place`, newest first, by the index that fits; the caller stops when it has seen enough. */
  *operations({ outcome, state, parent }: OperationFilter, { created, id }: Place): Iterable<FoundRow> {
    const status = outcome ?? (state === "active" ? "active" : undefined);
    const lists = this.#lists;
    const rows =
      parent !== undefined
        ? lists.parent.iterate(parent, created, id)
        : status !== undefined && status !== "succeeded"
          ? lists.status.iterate(status, created, id)
          : lists.all.iterate(created, id);
    for (const row of rows) yield foundRow(row);
  }
}
