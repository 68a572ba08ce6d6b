import { DatabaseSync } from "node:sqlite";

/** `PRAGMA user_version`. A release that changes the tables counts it up and says how the older one is brought over. */
export const schemaVersion = 1;
/** `PRAGMA application_id`: "Drvr", so that another program's database is recognised as such. */
export const applicationId = 0x44727672;

/** The log is folded into the database at this size. Later costs disk, sooner writes pages twice. */
const logPages = 4096;
const pageBytes = 4096;
const cacheKiB = 2000;

/**
 * `counters`: `sequence` is the highest number given out, and `time`, once anything was stored, when that was.
 * `records`: ids are given in the order of creation, so that new rows share pages; keys are hashes and would be spread over all of
 * them. Their index holds 32 bits of each instead: small enough to stay in memory at a million operations. `record_name` orders the
 * keys of everything that is not an operation, and `record_status` leaves out what succeeded, which `record_created` finds as well.
 */
export const schema = `
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('sequence', 0);
CREATE TABLE records (id INTEGER PRIMARY KEY, key_hash INTEGER NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
  due INTEGER, created INTEGER, status TEXT, parent TEXT, record TEXT NOT NULL);
CREATE INDEX record_key ON records (key_hash);
CREATE INDEX record_name ON records (key) WHERE key NOT GLOB 'operation/*';
CREATE INDEX record_due ON records (due) WHERE due IS NOT NULL;
CREATE INDEX record_created ON records (created) WHERE created IS NOT NULL;
CREATE INDEX record_status ON records (status, created) WHERE status <> 'succeeded';
CREATE INDEX record_parent ON records (parent, created) WHERE parent IS NOT NULL;
CREATE TABLE messages (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, ready_at INTEGER NOT NULL, sent_at INTEGER NOT NULL,
  receives INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX message_ready ON messages (queue, ready_at, id);
CREATE TABLE events (last INTEGER PRIMARY KEY, at INTEGER NOT NULL, events BLOB NOT NULL);
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};`;

/** Opens without waiting for whoever else has it open. */
export function connect(path: string, readOnly = false): DatabaseSync {
  return new DatabaseSync(path, { readOnly, timeout: 0 });
}

/**
 * The one connection that a process works with. It locks the file for as long as it lives; the system lets go of it also after a kill.
 * `NORMAL` keeps the file sound through a power cut, but does not wait for the disk at a commit: `Writer.flush` does, without
 * holding up the event loop.
 * @throws SQLite's `busy` when another process has it
 */
export function connectAlone(path: string): DatabaseSync {
  const database = connect(path);
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${logPages}; PRAGMA journal_size_limit = ${logPages * pageBytes};
PRAGMA cache_size = -${cacheKiB}; PRAGMA temp_store = MEMORY;
BEGIN IMMEDIATE; COMMIT;`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite's primary result code of an error, such as 5 for busy. */
export function sqliteCodeOf(thrown: unknown): number | undefined {
  const code = thrown instanceof Error && "errcode" in thrown ? thrown.errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

export const sqliteCodes = {
  permission: 3,
  busy: 5,
  locked: 6,
  outOfMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

const { corrupt, notADatabase, ...passing } = sqliteCodes;
const passingCodes: ReadonlySet<number | undefined> = new Set(Object.values(passing));

/** Whether the same transaction may succeed later, on a disk with room again. Anything else is damage, or our own defect. */
export function canPass(code: number | undefined): boolean {
  return passingCodes.has(code);
}

export function meansDamage(code: number | undefined): boolean {
  return code === corrupt || code === notADatabase;
}
