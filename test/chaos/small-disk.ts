import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, statfsSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/** Where `drover start` runs: what its command begins with, and its data folder as it and as we see it. */
export interface Place {
  readonly command: readonly string[];
  readonly configured: string;
  readonly dataFolder: string;
}

/** Root mounts what it likes; anybody else may in a user namespace of his own, where the system lets him have one. */
const attempts = [
  { unshare: ["--mount"], nsenter: ["--mount"] },
  { unshare: ["--user", "--map-root-user", "--mount"], nsenter: ["--user", "--preserve-credentials", "--mount"] },
];
/** Ends with our end of its input, also when we are killed. */
const script = `command -v nsenter setpriv >/dev/null && mount -t tmpfs -o "size=$2,mode=0700" drover-chaos "$1" && echo mounted && exec cat`;
const tmpfsType = 0x01021994;
const pieceBytes = 1024 * 1024;
const pageBytes = 4096;
/** Whoever fills it takes what becomes free as well, as a log that grows without end does. */
const againMs = 20;

/**
 * A disk of a few megabytes that can really be full. It is mounted in a namespace of its own that only `drover start` enters, so it
 * goes with the last process in there, however this one ends: on the machine itself nothing is ever mounted.
 */
export class SmallDisk implements Place {
  readonly command: readonly string[];
  readonly configured: string;
  /** The disk as it is seen from outside. */
  readonly #root: string;
  readonly #holder: ChildProcess;
  readonly #bytes: number;
  #file: FileHandle | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(holder: ChildProcess, mountPoint: string, bytes: number, enter: readonly string[]) {
    const pid = String(holder.pid);
    this.command = ["nsenter", "--target", pid, ...enter, "--", "setpriv", "--pdeathsig", "KILL", "--"];
    this.configured = join(mountPoint, "data");
    this.#root = `/proc/${pid}/root${mountPoint}`;
    this.#holder = holder;
    this.#bytes = bytes;
  }

  /** @returns the disk, or why there can be none */
  static async open(mountPoint: string, bytes: number): Promise<SmallDisk | string> {
    mkdirSync(mountPoint);
    let why = "";
    for (const { unshare, nsenter } of attempts) {
      const parameters = [...unshare, "sh", "-c", script, "sh", mountPoint, String(bytes)];
      const holder = spawn("unshare", parameters, { stdio: ["pipe", "pipe", "pipe"] });
      let said = "";
      holder.stderr.on("data", (chunk: Buffer) => (said += chunk));
      const mounted = once(holder.stdout, "data").then(() => true);
      const ended = once(holder, "close").then(() => false);
      if (await Promise.race([mounted, ended]).catch(() => false)) {
        return new SmallDisk(holder, mountPoint, bytes, nsenter);
      }
      why ||= said.trim().split("\n")[0] || "unshare, nsenter or setpriv is missing";
    }
    rmSync(mountPoint, { recursive: true });
    return why;
  }

  get dataFolder(): string {
    return join(this.#root, "data");
  }

  /** Somebody else's file takes all the room there is, and all that there will be. */
  async fill(): Promise<void> {
    // Should the disk be gone, this would be the machine's own.
    if (statfsSync(this.#root).type !== tmpfsType) throw new Error(`Expected ${this.#root} to be the small disk`);
    this.#file = await open(join(this.#root, "somebody-elses.log"), "w");
    const piece = Buffer.alloc(pieceBytes, 0x5a);
    await this.#takeAll(this.#file, piece);
    this.#takePages();
  }

  async empty(): Promise<void> {
    clearTimeout(this.#timer);
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
    rmSync(join(this.#root, "somebody-elses.log"), { force: true });
  }

  /** With everything on it. Whoever runs there has ended before. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#file?.close();
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return;
    const ended = once(this.#holder, "exit");
    this.#holder.stdin?.end();
    await ended;
  }

  async #takeAll(file: FileHandle, piece: Buffer): Promise<void> {
    try {
      for (let taken = 0; taken < this.#bytes; ) taken += (await file.write(piece)).bytesWritten;
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  }

  #takePages(): void {
    if (!this.#file) return;
    try {
      const page = Buffer.alloc(pageBytes, 0x5a);
      for (let taken = 0; taken < this.#bytes; ) taken += writeSync(this.#file.fd, page);
    } catch (error) {
      if (!isFull(error)) throw error;
    }
    this.#timer = setTimeout(() => this.#takePages(), againMs);
  }
}

const isFull = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOSPC";
