import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../../lib/contracts/identifiers.ts";
import { folderClock } from "../../../lib/platforms/local/folder-time.ts";
import { type LocalPlatform, openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { turnOf } from "../../contracts/ledger.ts";
import { startChild } from "./killed.ts";
import { ManualTime, recordingLog, silentLog } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const opened = (folder: string): LocalPlatform => openLocalPlatform({ folder, log: silentLog });

/** A folder with enough in it that its database has some hundred pages, closed or left as a killed process leaves it. */
async function filledFolder(end: "closed" | "killed"): Promise<string> {
  const folder = join(await temporaryFolder(), "data");
  if (end === "killed") {
    const child = startChild("crash-child.ts", [folder]);
    await child.linesReach(50);
    await child.kill();
    return folder;
  }
  const platform = opened(folder);
  for (let index = 0; index < 400; index += 1) await platform.ledger.create(`turn/${index}`, turnOf("x".repeat(900)));
  await platform.close();
  return folder;
}

function refusalOf(folder: string): { readonly code: string; readonly message: string } {
  try {
    opened(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error) return { code: String(error.code), message: error.message };
    throw error;
  }
  throw new Error("Expected the folder to be refused, got it opened");
}

/** Every file that holds something: looking into a database leaves an empty log and an index of it behind. */
async function hashesOf(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    if (content.length > 0 && name !== "drover.db-shm") hashes[name] = sha256Hex(content);
  }
  return hashes;
}

async function overwrite(path: string, position: number, bytes: Buffer): Promise<void> {
  const content = await readFile(path);
  bytes.copy(content, position);
  await writeFile(path, content);
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("the time of a data folder", () => {
  const hourMs = 3_600_000;

  /** A folder whose last process had a clock that was an hour ahead, and a message that wants to be received a second later. */
  async function aheadFolder(byMs = hourMs): Promise<string> {
    const folder = join(await temporaryFolder(), "data");
    const time = new ManualTime(Date.now() + byMs);
    const ahead = openLocalPlatform({ folder, log: silentLog, clock: time, timers: time });
    await ahead.queue.send([{ queue: "poll-operation", body: "one", delayMs: 1_000 }]);
    await ahead.close();
    return folder;
  }

  test("goes on where it stood, after a clock that was ahead was put right: nothing waits for as long", async () => {
    const log = recordingLog();
    const platform = openLocalPlatform({ folder: await aheadFolder(), log });
    const leftMs = (platform.queue.nextReadyAt("poll-operation") ?? 0) - platform.clock.now();
    expect(leftMs).toBeGreaterThan(-60_000);
    expect(leftMs).toBeLessThanOrEqual(1_000);
    expect(platform.clock.wallMs()).toBeLessThan(platform.clock.now() - hourMs / 2);
    expect(log.lines.join()).toContain("the system clock was put back since the last run");
    await platform.close();
  });

  test("is the system's again after one that was years ahead, and messages of that time are ready at once", async () => {
    const folder = await aheadFolder(73 * 365 * 24 * hourMs);
    const log = recordingLog();
    const platform = openLocalPlatform({ folder, log });
    expect(Math.abs(platform.clock.now() - Date.now())).toBeLessThan(60_000);
    expect(await platform.queue.receive("poll-operation", 1, 1_000)).toMatchObject([{ body: "one" }]);
    expect(log.lines.join()).toContain("error: the system clock was far ahead in the last run");
    await platform.close();
  });

  test("stays where it stood on a machine whose clock counts from 1970 until it is set", async () => {
    const folder = await aheadFolder(0);
    const database = new DatabaseSync(join(folder, "drover.db"));
    const wall = { wall: () => 60_000, monotonic: () => 0 };
    expect(folderClock(database, silentLog, wall).now()).toBeGreaterThan(Date.UTC(2026, 10, 1));
    database.close();
  });

  test("is the system's where that one has gone on, also in a folder of a release that kept no time", async () => {
    const folder = await aheadFolder();
    const database = new DatabaseSync(join(folder, "drover.db"));
    database.exec("DELETE FROM counters WHERE name = 'time'");
    database.close();
    const log = recordingLog();
    const platform = openLocalPlatform({ folder, log });
    expect(Math.abs(platform.clock.now() - Date.now())).toBeLessThan(60_000);
    expect(log.lines.join()).not.toContain("put back");
    await platform.close();
  });
});

describe("a new data folder", () => {
  test("stands open to its owner alone, whatever the umask", async () => {
    const folder = join(await temporaryFolder(), "data");
    const before = process.umask(0);
    try {
      const platform = opened(folder);
      await platform.ledger.create("turn/a", turnOf("a"));
      await platform.commitNow();
      expect(await modeOf(folder)).toBe("700");
      for (const name of await readdir(folder)) expect([name, await modeOf(join(folder, name))]).toEqual([name, "600"]);
      await platform.close();
    } finally {
      process.umask(before);
    }
  });

  test("is one file after closing, and has everything when it is opened again", async () => {
    const folder = await filledFolder("closed");
    expect(await readdir(folder)).toEqual(["drover.db"]);
    const platform = opened(folder);
    expect((await platform.ledger.read("turn/399"))?.record).toEqual(turnOf("x".repeat(900)));
    await platform.close();
  });

  test("is not made together with the folders above it", async () => {
    const folder = join(await temporaryFolder(), "absent", "data");
    expect(refusalOf(folder)).toEqual({
      code: "data-folder-missing",
      message: `Expected the folder above ${folder} to exist, got none: create it, or name another dataFolder`,
    });
  });

  test("is not a file", async () => {
    const folder = join(await temporaryFolder(), "data");
    await writeFile(folder, "something else");
    expect(refusalOf(folder).message).toContain(`Expected ${folder} to be a folder, got a file`);
    expect(await readFile(folder, "utf8")).toBe("something else");
  });

  test("is created anew when a process was killed while it created it", async () => {
    const folder = join(await temporaryFolder(), "data");
    await mkdir(folder);
    const database = new DatabaseSync(join(folder, "drover.db"));
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    expect((await stat(join(folder, "drover.db"))).size).toBeGreaterThan(0);
    await opened(folder).close();
    await writeFile(join(folder, "drover.db"), "");
    await opened(folder).close();
  });
});

describe("a data folder that another process holds", () => {
  test("is refused, naming the folder and the process, until that one is killed", async () => {
    const folder = await filledFolder("closed");
    const holder = startChild("holder.ts", [folder]);
    await holder.linesReach(1);
    expect(holder.lines).toEqual(["opened"]);
    expect(refusalOf(folder)).toEqual({
      code: "data-folder-held",
      message: `Expected the data folder ${folder} to be free, got one that process ${holder.pid} holds: stop that one, or use its commands`,
    });
    await holder.kill();
    const log = recordingLog();
    const platform = openLocalPlatform({ folder, log });
    expect(log.lines).toEqual(["info: the last run ended without closing: going on from what it had stored"]);
    expect(await platform.ledger.read("turn/0")).toBeDefined();
    const second = startChild("holder.ts", [folder]);
    await second.linesReach(1);
    expect(second.lines[0]).toContain(`data-folder-held: Expected the data folder ${folder} to be free`);
    expect(second.lines[0]).toContain(`process ${process.pid} holds`);
    expect(await second.ended).toBe(0);
    await platform.ledger.create("turn/new", turnOf("new"));
    expect(await platform.close()).toBe(true);
  });

  test("is refused to a second one in the same process, which changes nothing for the first", async () => {
    const folder = await filledFolder("closed");
    const platform = opened(folder);
    expect(refusalOf(folder).code).toBe("data-folder-held");
    const other = startChild("holder.ts", [folder]);
    await other.linesReach(1);
    expect(other.lines[0]).toContain("data-folder-held");
    await platform.ledger.create("turn/new", turnOf("new"));
    expect(await platform.close()).toBe(true);
  });
});

describe("a data folder that cannot be used", () => {
  /** A child gives up root's rights, which no mode of a file would stop. */
  const unprivileged = process.getuid?.() === 0 ? { uid: 65_534 } : {};

  test("is refused when it is read-only", async () => {
    const parent = await temporaryFolder();
    await chmod(parent, 0o755);
    const folder = join(parent, "data");
    await mkdir(folder);
    await chmod(folder, 0o555);
    const child = startChild("holder.ts", [folder], unprivileged);
    await child.linesReach(1);
    expect(child.lines[0]).toBe(
      `data-folder-permissions: Expected the data folder ${folder} to be readable and writable, got EACCES: let the user that runs Drover own it, and everything in it`,
    );
  });

  test("is refused when its database is read-only", async () => {
    const folder = await filledFolder("closed");
    await chmod(join(folder, ".."), 0o755);
    await chmod(folder, 0o777);
    await chmod(join(folder, "drover.db"), 0o444);
    const child = startChild("holder.ts", [folder], unprivileged);
    await child.linesReach(1);
    expect(child.lines[0]).toMatch(/^data-folder-permissions: Expected .* to be readable and writable, got EACCES/);
  });

  test("is refused when its parent is closed to this user", async () => {
    const parent = await temporaryFolder();
    await chmod(parent, 0o700);
    const child = startChild("holder.ts", [join(parent, "data")], unprivileged);
    await child.linesReach(1);
    if (unprivileged.uid === undefined) expect(child.lines[0]).toBe("opened");
    else expect(child.lines[0]).toMatch(/^data-folder-permissions: .* got EACCES/);
    await child.kill();
  });
});

describe("a damaged data folder", () => {
  const damages: Record<string, (database: string) => Promise<void>> = {
    "a file that is no database": (database) => writeFile(database, "this is not a database, it is a text".repeat(400)),
    "a header that is garbled": (database) => overwrite(database, 0, Buffer.alloc(64, 0xa5)),
    "a page that is garbled": (database) => overwrite(database, 4096 * 20, Buffer.alloc(4096, 0xa5)),
    "a file that is cut short": async (database) => {
      const content = await readFile(database);
      await writeFile(database, content.subarray(0, 4096 * 10 + 100));
    },
  };

  for (const end of ["closed", "killed"] as const) {
    test.each(Object.keys(damages))(`is refused and left as it is: ${end}, with %s`, async (name) => {
      const folder = await filledFolder(end);
      const database = join(folder, "drover.db");
      // A log that has every page would cover the damage up.
      if (end === "killed") await opened(folder).close();
      await damages[name]?.(database);
      const before = await hashesOf(folder);
      const refusal = refusalOf(folder);
      expect(refusal.code).toBe("data-damaged");
      expect(refusal.message).toContain(`Expected ${database} to be a sound SQLite database, got a damaged file (`);
      expect(refusal.message).toContain("put back a backup of the folder, or move the folder away");
      expect(await hashesOf(folder)).toEqual(before);
    });
  }

  test("keeps the log beside a damaged database", async () => {
    const folder = join(await temporaryFolder(), "data");
    const platform = opened(await filledFolder("closed"));
    await platform.ledger.create("turn/new", turnOf("new"));
    await platform.commitNow();
    // What a crash would leave.
    await cp(platform.folder, folder, { recursive: true });
    await platform.close();
    await overwrite(join(folder, "drover.db"), 4096 * 20, Buffer.alloc(4096, 0xa5));
    const before = await hashesOf(folder);
    expect(Object.keys(before)).toContain("drover.db-wal");
    expect(refusalOf(folder).code).toBe("data-damaged");
    expect(await hashesOf(folder)).toEqual(before);
  });

  test.each([
    [2, "start the newer release that wrote it"],
    [0, "let the last release that reads it bring it up to date"],
  ])("is refused when it has schema version %i", async (version, remedy) => {
    const folder = await filledFolder("closed");
    const database = new DatabaseSync(join(folder, "drover.db"));
    database.exec(`PRAGMA user_version = ${version}`);
    database.close();
    const before = await hashesOf(folder);
    const { code, message } = refusalOf(folder);
    expect(code).toBe("data-version");
    expect(message).toContain(`to have schema version 1, got version ${version}: ${remedy}; nothing was changed`);
    expect(await hashesOf(folder)).toEqual(before);
  });

  test("is refused when it is another program's", async () => {
    const folder = join(await temporaryFolder(), "data");
    await mkdir(folder);
    const database = new DatabaseSync(join(folder, "drover.db"));
    database.exec("CREATE TABLE recipes (name TEXT)");
    database.close();
    const before = await hashesOf(folder);
    expect(refusalOf(folder)).toMatchObject({ code: "data-foreign" });
    expect(await hashesOf(folder)).toEqual(before);
  });

  test.each(["read", "write"])(
    "that is found damaged by a %s while it is open refuses everything from then on",
    async (how) => {
      const folder = await filledFolder("closed");
      const log = recordingLog();
      const platform = openLocalPlatform({ folder, log });
      const path = join(folder, "drover.db");
      await overwrite(path, 4096 * 2, Buffer.alloc((await stat(path)).size - 4096 * 2, 0xa5));
      const keys = Array.from({ length: 400 }, (_, index) => `turn/${index}`);
      const found =
        how === "read"
          ? Promise.all(keys.map((key) => platform.ledger.read(key)))
          : platform.queue.send([{ queue: "steps", body: "x".repeat(50_000) }]).then(() => platform.ledger.durable());
      await expect(found).rejects.toHaveProperty("code", "storage-failed");
      expect(platform.health()).toMatchObject({ ok: false, fatal: true });
      expect(log.lines).toEqual(["error: cannot store any more"]);
      await expect(platform.ledger.read("turn/0")).rejects.toThrow("stop Drover and start it again");
      await expect(platform.queue.send([{ queue: "steps", body: "x" }])).rejects.toHaveProperty(
        "code",
        "storage-failed",
      );
      expect(await platform.close()).toBe(false);
    },
  );
});
