import { randomBytes } from "node:crypto";
import { type FileHandle, link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

const ownerOnly = 0o600;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "an error";

/** Something of that name has appeared meanwhile. What was written is whole, and stays where it is. */
export class NameTaken extends Error {}

/** A file that nobody else may read, under a name of its own until it is whole. */
export class PrivateFile {
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** In the folder of what it is to become, so that it can be renamed. */
  static async beside(target: string): Promise<PrivateFile> {
    const path = join(dirname(target), `.drover-${randomBytes(8).toString("hex")}.part`);
    return new PrivateFile(path, await open(path, "wx", ownerOnly));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes);
  }

  /** All of it is on the disk then, also where that is a stick that somebody pulls out. */
  async complete(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  /** @throws NameTaken */
  async keepAs(target: string, { replace }: { readonly replace: boolean }): Promise<void> {
    await (replace ? rename(this.path, target) : this.#linkAs(target));
    await syncFolder(dirname(target));
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }

  /** A link takes no other file's place, as a rename would; sticks often know none. */
  async #linkAs(target: string): Promise<void> {
    try {
      await link(this.path, target);
    } catch (error) {
      if (codeOf(error) === "EEXIST" || (await exists(target))) throw new NameTaken(this.path);
      return rename(this.path, target);
    }
    await rm(this.path, { force: true });
  }
}

/** Also a link that leads nowhere. @throws what the file system refuses, such as a name that is too long */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Not every system can; the file itself is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // Nothing that the one who fetched it could do.
  }
}
