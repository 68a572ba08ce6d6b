import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { compressEvents } from "./event-block.ts";
import type { Group } from "./group.ts";

/** Old event blocks removed with one group: keeps the transaction short. */
const trimmedBlocks = 256;

/** Where groups go. Tests put a disk in its place that fails when it is told to. */
export interface GroupWriter {
  /** Writes the group as one transaction. @throws what SQLite says; nothing of the group is then written */
  write(group: Group): void;
  /** Calls back when everything written before survives a power cut. */
  flush(done: (error: Error | null) => void): void;
  close(): void;
}

/** Writes groups into the database. Every statement may run twice, since a failed commit may have reached the disk. */
export class Writer implements GroupWriter {
  readonly #database: DatabaseSync;
  /** Our own handle on SQLite's log. */
  readonly #log: number;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #putRecord: StatementSync;
  readonly #removeRecord: StatementSync;
  readonly #putMessage: StatementSync;
  readonly #changeMessage: StatementSync;
  readonly #removeMessage: StatementSync;
  readonly #putEvents: StatementSync;
  readonly #trimEvents: StatementSync;
  readonly #setCounters: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#log = openSync(`${path}-wal`, "r+");
    // What a killed process had written and not flushed is told from now on, so it has to survive a power cut as well.
    fdatasyncSync(this.#log);
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#putRecord = database.prepare(
      `INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, due = excluded.due, created = excluded.created,
       status = excluded.status, parent = excluded.parent, record = excluded.record`,
    );
    this.#removeRecord = database.prepare("DELETE FROM records WHERE id = ?");
    this.#putMessage = database.prepare("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?)");
    this.#changeMessage = database.prepare("UPDATE messages SET ready_at = ?, receives = ? WHERE id = ?");
    this.#removeMessage = database.prepare("DELETE FROM messages WHERE id = ?");
    this.#putEvents = database.prepare("INSERT OR REPLACE INTO events VALUES (?, ?, ?)");
    this.#trimEvents = database.prepare(
      `DELETE FROM events WHERE at < ? AND last IN (SELECT last FROM events ORDER BY last LIMIT ${trimmedBlocks})`,
    );
    this.#setCounters = database.prepare(
      "INSERT INTO counters VALUES ('sequence', ?), ('time', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
  }

  write(group: Group): void {
    try {
      this.#begin.run();
      this.#writeRows(group);
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** A commit has reached the log; what the system still holds back of it goes to the disk beside the event loop. */
  flush(done: (error: Error | null) => void): void {
    fdatasync(this.#log, done);
  }

  close(): void {
    closeSync(this.#log);
    this.#database.close();
  }

  #writeRows(group: Group): void {
    for (const row of group.records) this.#putRecord.run(...row);
    for (const id of group.removedRecords) this.#removeRecord.run(id);
    for (const row of group.messages) this.#putMessage.run(...row);
    for (const change of group.changedMessages) this.#changeMessage.run(...change);
    for (const id of group.removedMessages) this.#removeMessage.run(id);
    if (group.events) this.#putEvents.run(group.events.last, group.events.at, compressEvents(group.events.json));
    if (group.trimEventsBefore !== undefined) this.#trimEvents.run(group.trimEventsBefore);
    this.#setCounters.run(group.sequence, group.time);
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself, or the next BEGIN says what is wrong: the first error is the one to report.
    }
  }
}
