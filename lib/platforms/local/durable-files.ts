import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigurationError, RetryableError } from "../../contracts/errors.ts";

/** Modes and folder syncs mean nothing on Windows: its folders are protected by what they inherit. */
const posix = process.platform !== "win32";
const temporaryPrefix = ".writing-";
/** A file that is still being written after this time was left behind by a crash. */
const leftoverAgeMs = 3_600_000;

export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}

/** A disk, a quota or a file that may not grow any more. */
const withoutRoom: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * The system's refusal as a sentence; everything else as it came. Neither ever carries content.
 * @param effect whether what was asked for may have taken place all the same
 */
export function fileError(thrown: unknown, path: string, effect: "none" | "possible" = "possible"): unknown {
  const code = codeOf(thrown);
  if (withoutRoom.has(code)) {
    // A step that meets it waits, and nothing is given up.
    return new RetryableError(`Expected room for a file in ${path}, got ${code}: make some, and it goes on by itself`, {
      code: "disk-full",
      effect,
      cause: thrown,
    });
  }
  if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS") return thrown;
  return new ConfigurationError(
    `Expected ${path} to be readable and writable, got ${code}: let the user that runs Drover own it`,
    { code: "file-permissions" },
  );
}

/** Makes what happened to the names in a folder survive a crash. */
export async function syncFolder(folder: string): Promise<void> {
  if (!posix) return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates the folder and those above it, for this user alone. Folders that stand already keep their modes. */
export async function createFolder(folder: string): Promise<void> {
  try {
    const firstCreated = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (firstCreated === undefined) return;
    for (let created = folder; created.length >= firstCreated.length; created = dirname(created)) {
      await syncFolder(dirname(created));
    }
  } catch (error) {
    throw fileError(error, folder);
  }
}

/** Creates the folder for this user alone, and takes it from the others when it stands open to them. */
export async function createPrivateFolder(folder: string): Promise<void> {
  await createFolder(folder);
  try {
    if (posix && ((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700);
  } catch (error) {
    throw fileError(error, folder);
  }
}

/** Writes the bytes under a name that nobody looks for, durably, and lets `place` give them their real one. */
async function writeAndPlace<Result>(
  folder: string,
  bytes: Uint8Array,
  place: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const temporary = join(folder, `${temporaryPrefix}${randomBytes(8).toString("hex")}`);
  let isPlaced = false;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
      await removeLeftovers(folder, (await handle.stat()).mtimeMs);
    } finally {
      await handle.close();
    }
    isPlaced = true;
    const result = await place(temporary);
    await syncFolder(folder);
    return result;
  } catch (error) {
    throw fileError(error, folder, isPlaced ? "possible" : "none");
  } finally {
    await rm(temporary, { force: true });
  }
}

/** `nowMs` is the time of a fresh file, so that both ends of the comparison come from the file system's own clock. */
async function removeLeftovers(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const written = await stat(join(folder, name)).catch(() => undefined);
    if (written && written.mtimeMs < nowMs - leftoverAgeMs) await rm(join(folder, name), { force: true });
  }
}

/** The file is the old one or the new one, whenever the machine stops; it is the new one once this resolves. */
export async function replaceFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  await writeAndPlace(folder, bytes, (temporary) => rename(temporary, join(folder, name)));
}

/** Whether a file of that size finds room now. @throws RetryableError when it does not */
export async function checkRoom(folder: string, bytes: number): Promise<void> {
  await writeAndPlace(folder, Buffer.alloc(bytes), (temporary) => rm(temporary));
}

/** Creates the file whole, or not at all: false when the name is taken. */
export async function createFile(folder: string, name: string, bytes: Uint8Array): Promise<boolean> {
  return writeAndPlace(folder, bytes, async (temporary) => {
    try {
      await link(temporary, join(folder, name));
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
  });
}

/** Moves a file to another name of the same folder: exactly one of several callers gets true. */
export async function moveFile(folder: string, from: string, to: string): Promise<boolean> {
  try {
    await rename(join(folder, from), join(folder, to));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw fileError(error, folder);
  }
  await syncedOr(folder);
  return true;
}

async function syncedOr(folder: string): Promise<void> {
  try {
    await syncFolder(folder);
  } catch (error) {
    throw fileError(error, folder);
  }
}

/** False when there was none. */
export async function removeFile(folder: string, name: string): Promise<boolean> {
  try {
    await unlink(join(folder, name));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw fileError(error, join(folder, name));
  }
  await syncedOr(folder);
  return true;
}

export interface FileStart {
  readonly bytes: Buffer;
  /** By the clock of the file system (ms since 1970). */
  readonly writtenAt: number;
  /** Whether others than the owner may read or write it. */
  readonly open: boolean;
}

/** The first `maxBytes` bytes of a file; undefined when there is none. */
export async function readStart(path: string, maxBytes: number): Promise<FileStart | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileError(error, path);
  }
  try {
    const { size, mode, mtimeMs } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, maxBytes));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { bytes: bytes.subarray(0, filled), writtenAt: Math.floor(mtimeMs), open: posix && (mode & 0o077) !== 0 };
  } finally {
    await handle.close();
  }
}

/** Names in the folder, sorted; none when there is no folder. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw fileError(error, folder);
  }
}
