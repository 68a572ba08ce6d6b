import { ConfigurationError, messageOf } from "../../contracts/errors.ts";
import { applicationId, connect, meansDamage, schemaVersion, sqliteCodeOf } from "./database.ts";

/**
 * Looks through a database without writing: a connection that may not write leaves a damaged file, and the log beside it, as they
 * are. `empty` is what a process leaves that was killed while it created the database.
 * @throws ConfigurationError when it is damaged, of another version, or of another program
 */
export function checkDatabase(path: string): "sound" | "empty" {
  const database = connect(path, true);
  const numberOf = (query: string, column: string) => Number(database.prepare(query).get()?.[column]);
  try {
    const application = numberOf("PRAGMA application_id", "application_id");
    if (application === 0 && numberOf("SELECT count(*) AS tables FROM sqlite_schema", "tables") === 0) return "empty";
    if (application !== applicationId) throw foreignError(path);
    const version = numberOf("PRAGMA user_version", "user_version");
    if (version !== schemaVersion) throw versionError(path, version);
    const verdict = String(database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]);
    if (verdict !== "ok") throw damageError(path, verdict);
    return "sound";
  } catch (error) {
    throw meansDamage(sqliteCodeOf(error)) ? damageError(path, messageOf(error)) : error;
  } finally {
    database.close();
  }
}

function foreignError(path: string): ConfigurationError {
  return new ConfigurationError(
    `Expected ${path} to be Drover's database, got one of another program: name another dataFolder`,
    { code: "data-foreign" },
  );
}

function versionError(path: string, found: number): ConfigurationError {
  const newer = "start the newer release that wrote it";
  const older = "let the last release that reads it bring it up to date";
  return new ConfigurationError(
    `Expected ${path} to have schema version ${schemaVersion}, got version ${found}: ${found > schemaVersion ? newer : older}; nothing was changed`,
    { code: "data-version" },
  );
}

function damageError(path: string, found: string): ConfigurationError {
  return new ConfigurationError(
    `Expected ${path} to be a sound SQLite database, got a damaged file (${found}): put back a backup of the folder, or move the folder away to start with an empty one; nothing was changed`,
    { code: "data-damaged" },
  );
}
