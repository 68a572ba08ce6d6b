import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { deadLetterKey } from "../../contracts/operation.ts";
import type { QueueFigures } from "./queue.ts";
import type { StoreFigures } from "./store.ts";

/** Counting ends here: beyond it, how many there are changes nothing about what to do. */
export const countedOperations = 100_000;
export const countedRows = 10_000;
/** Dead letters that are looked at, the newest ones. */
export const seenLetters = 200;

export interface LocalFigures {
  readonly queues: readonly QueueFigures[];
  readonly activeOperations: number;
  /** Rows that the sweep should have looked at by now. */
  readonly overdueRows: number;
  /** When the first row is due, perhaps in the future. */
  readonly firstDueAt?: number;
  readonly databaseBytes: number;
  readonly logBytes: number;
  /** Positions of the oldest and the newest event that is kept; 0 without any. */
  readonly oldestEvent: number;
  readonly newestEvent: number;
  readonly store: StoreFigures;
}

export interface SeenLetter {
  readonly queue: string;
  readonly at: number;
  readonly redriven: boolean;
}

/**
 * What is known of the folder without reading tables: memory, both ends of an index, and counts over a bounded part of one. Changes
 * that are not written yet are missing, which is a matter of milliseconds.
 */
export class FolderFigures {
  readonly #path: string;
  readonly #active: StatementSync;
  readonly #overdue: StatementSync;
  readonly #firstDue: StatementSync;
  readonly #events: StatementSync;
  readonly #letters: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    this.#active = database.prepare(figureQueries.active);
    this.#overdue = database.prepare(figureQueries.overdue);
    this.#firstDue = database.prepare(figureQueries.firstDue);
    this.#events = database.prepare(figureQueries.events);
    this.#letters = database.prepare(figureQueries.letters);
  }

  read(now: number): Omit<LocalFigures, "queues" | "store"> {
    const firstDue = this.#firstDue.get()?.["due"];
    const events = this.#events.get();
    return {
      activeOperations: Number(this.#active.get()?.["count"]),
      overdueRows: Number(this.#overdue.get(now)?.["count"]),
      ...(typeof firstDue === "number" ? { firstDueAt: firstDue } : {}),
      databaseBytes: bytesOf(this.#path),
      logBytes: bytesOf(`${this.#path}-wal`),
      oldestEvent: Number(events?.["oldest"] ?? 0),
      newestEvent: Number(events?.["newest"] ?? 0),
    };
  }

  /** The newest dead letters. */
  letters(): SeenLetter[] {
    return this.#letters.all().map((row) => ({
      queue: String(row["queue"]),
      at: Number(row["at"]),
      redriven: row["redriven"] !== null,
    }));
  }
}

const deadLetters = deadLetterKey("");

/** Each is answered from an index; a test asks SQLite for its plans. */
export const figureQueries = {
  active: `SELECT count(*) AS count FROM
    (SELECT 1 FROM records WHERE status = 'active' AND status <> 'succeeded' LIMIT ${countedOperations})`,
  overdue: `SELECT count(*) AS count FROM (SELECT 1 FROM records WHERE due <= ? LIMIT ${countedRows})`,
  firstDue: "SELECT due FROM records WHERE due IS NOT NULL ORDER BY due LIMIT 1",
  // One statement for each end: together SQLite would read all.
  events: "SELECT (SELECT min(last) FROM events) AS oldest, (SELECT max(last) FROM events) AS newest",
  letters: `SELECT json_extract(record, '$.queue') AS queue, json_extract(record, '$.at') AS at,
    json_extract(record, '$.redrivenAt') AS redriven FROM records WHERE id IN
    (SELECT id FROM records WHERE key >= '${deadLetters}' AND key < '${deadLetters}~' AND key NOT GLOB 'operation/*'
    ORDER BY id DESC LIMIT ${seenLetters})`,
} as const;

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
