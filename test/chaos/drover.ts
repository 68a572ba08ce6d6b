import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./small-disk.ts";

const preload = join(import.meta.dirname, "preload.ts");
const startWithinMs = 60_000;
const keptLines = 2_000;

/** How it ended that was to begin. */
export interface Refusal {
  readonly exitCode: number | null;
  readonly text: string;
}

/** `drover start` in a folder of its own, as a child that all kinds of things are done to. */
export class Drover {
  readonly folder: string;
  readonly #main: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #command: readonly string[];
  /** As we see it; the process itself may see it elsewhere. */
  readonly dataFolder: string;
  #child: ChildProcess | undefined;
  /** Of all its lives, what was logged at `warn` and above. */
  readonly lines: string[] = [];
  /** Called when it ends without having been told to. */
  onUnexpectedEnd: (how: string) => void = () => undefined;

  /**
   * @param main the program
   * @param environment what the module that is loaded before it is told
   * @param place where it runs; absent: here, with its data in the folder
   */
  constructor(folder: string, main: string, environment: Readonly<Record<string, string>>, place?: Place) {
    this.#main = main;
    this.folder = folder;
    this.#environment = environment;
    this.#command = place?.command ?? [];
    this.dataFolder = place?.dataFolder ?? join(folder, "data");
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** SQLite's log of it. */
  get log(): string {
    return join(this.dataFolder, "drover.db-wal");
  }

  /** Where it is noted up to where that was flushed. */
  get flushed(): string {
    return join(this.folder, "flushed");
  }

  spawn(): ChildProcess {
    const parameters = ["--max-semi-space-size=8", "--import", preload, this.#main, "start", "--json"];
    const { NODE_OPTIONS: _, ...environment } = process.env;
    const all = [...this.#command, process.execPath, ...parameters, "--config", join(this.folder, "drover.json")];
    const [command = "", ...rest] = all;
    const child = spawn(command, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...environment,
        DROVER_LOG_LEVEL: "warn",
        DROVER_CHAOS_FOLDER: this.folder,
        ...this.#environment,
      },
    });
    // Nobody is left behind by a run that is interrupted.
    const killed = () => child.kill("SIGKILL");
    process.once("exit", killed);
    child.once("exit", () => process.off("exit", killed));
    return child;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const refusal = await this.tryToStart();
    if (refusal) throw new Error(`Expected drover start to run, got an end with ${refusal.text}`);
  }

  /** @returns how it ended where it did not come to listen */
  async tryToStart(): Promise<Refusal | undefined> {
    const child = this.spawn();
    this.#child = child;
    child.stderr?.on("data", (chunk: Buffer) => this.#note(String(chunk)));
    const { promise, resolve, reject } = Promise.withResolvers<Refusal | undefined>();
    let listens = false;
    child.stdout?.once("data", () => {
      listens = true;
      resolve(undefined);
    });
    child.once("close", (exitCode, signal) => {
      const text = `${signal ?? `exit code ${exitCode}`}: ${this.lines.at(-1)}`;
      resolve({ exitCode, text });
      if (this.#child !== child) return;
      this.#child = undefined;
      if (listens) this.onUnexpectedEnd(`Expected drover start to run on, got an end with ${text}`);
    });
    const late = () =>
      reject(new Error(`Expected drover start to listen or to end, got neither: ${this.lines.at(-1)}`));
    const tooLate = setTimeout(late, startWithinMs);
    return promise.finally(() => clearTimeout(tooLate));
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** @returns whether it ended by itself, in order */
  async stop(): Promise<boolean> {
    return this.#end("SIGTERM");
  }

  /** Its wall clock goes on this much later (or earlier) than that of the machine. */
  stepClock(byMs: number): void {
    writeFileSync(join(this.folder, "clock"), String(byMs));
  }

  /** No file of it may grow beyond that: every write behind it fails, as on a full disk. Nobody needs to be root for it. */
  limitFiles(bytes: number | "unlimited"): void {
    execFileSync("prlimit", ["--pid", String(this.pid), `--fsize=${bytes}:`]);
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<boolean> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return true;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
    return child.exitCode === 0;
  }

  #note(text: string): void {
    this.lines.push(...text.split("\n").filter(Boolean));
    if (this.lines.length > keptLines) this.lines.splice(0, this.lines.length - keptLines);
  }
}
