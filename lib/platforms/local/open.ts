import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ConfigurationError, messageOf } from "../../contracts/errors.ts";
import { connectAlone, schema, sqliteCodeOf, sqliteCodes } from "./database.ts";
import { codeOf } from "./durable-files.ts";
import { checkDatabase } from "./soundness.ts";

const ownerOnlyFolder = 0o700;
const ownerOnlyFile = 0o600;
const readAndWrite = constants.R_OK | constants.W_OK;

/** The data folder, held by this process alone until its database is closed. */
export interface DataFolder {
  readonly databasePath: string;
  readonly database: DatabaseSync;
  /** Whether the process that held it before ended without closing it. */
  readonly endedAbruptly: boolean;
  /** Called after the database was closed. */
  release(): void;
}

interface Holder {
  readonly pid: number;
}

/**
 * Takes the folder for this process, creates it when only it is missing, and looks through the database.
 * Nothing that is there is changed unless everything is sound.
 * @throws ConfigurationError naming the folder and what to do
 */
export function openDataFolder(folder: string): DataFolder {
  const databasePath = join(folder, "drover.db");
  const holderPath = join(folder, "holder.json");
  try {
    createFolder(folder);
    const database = openDatabase(databasePath);
    const endedAbruptly = readHolder(holderPath) !== undefined;
    writeHolder(holderPath, database);
    return { databasePath, database, endedAbruptly, release: () => rmSync(holderPath, { force: true }) };
  } catch (error) {
    throw folderError(error, folder, readHolder(holderPath));
  }
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: ownerOnlyFolder });
    syncFolder(dirname(folder));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    if (!statSync(folder).isDirectory()) {
      throw new ConfigurationError(
        `Expected ${folder} to be a folder, got a file: name another dataFolder, or move the file away`,
        { code: "data-folder" },
      );
    }
  }
  accessSync(folder, readAndWrite);
}

function openDatabase(path: string): DatabaseSync {
  if (existsSync(path)) {
    // SQLite takes a file that it may only read for a read-only database, and fails later, less clearly.
    accessSync(path, readAndWrite);
    if (statSync(path).size > 0 && checkDatabase(path) === "sound") return connectAlone(path);
  } else {
    // Created here for its mode, which its log inherits. One that exists is never opened by us: to close it again would drop
    // the lock that this process has on it.
    closeSync(openSync(path, "wx", ownerOnlyFile));
    syncFolder(dirname(path));
  }
  const database = connectAlone(path);
  try {
    database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the names in a folder survive a power cut. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Only after the lock was taken: whoever is refused names the process that it finds here. */
function writeHolder(path: string, database: DatabaseSync): void {
  const holder: Holder = { pid: process.pid };
  try {
    writeFileSync(path, JSON.stringify(holder), { mode: ownerOnlyFile });
  } catch (error) {
    database.close();
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value)) return undefined;
    return typeof value.pid === "number" ? { pid: value.pid } : undefined;
  } catch {
    return undefined;
  }
}

/** What went wrong with the folder, and what to do about it. */
function folderError(error: unknown, folder: string, holder: Holder | undefined): unknown {
  if (error instanceof ConfigurationError) return error;
  if (sqliteCodeOf(error) === sqliteCodes.busy) {
    return new ConfigurationError(
      `Expected the data folder ${folder} to be free, got one that ${holder ? `process ${holder.pid}` : "another process"} holds: stop that one, or use its commands`,
      { code: "data-folder-held" },
    );
  }
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new ConfigurationError(
      `Expected the folder above ${folder} to exist, got none: create it, or name another dataFolder`,
      { code: "data-folder-missing" },
    );
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new ConfigurationError(
      `Expected the data folder ${folder} to be readable and writable, got ${code}: let the user that runs Drover own it, and everything in it`,
      { code: "data-folder-permissions" },
    );
  }
  return new ConfigurationError(
    `Expected to open the data folder ${folder}, got: ${messageOf(error)}; see whether its disk has room and is sound`,
    { code: "data-folder", cause: error },
  );
}
