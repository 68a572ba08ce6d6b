import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const preload = join(import.meta.dirname, "preload.ts");
const startWithinMs = 60_000;
const keptLines = 2_000;

/** `drover start` in a folder of its own, as a child that all kinds of things are done to. */
export class Drover {
  readonly folder: string;
  readonly #main: string;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  /** Of all its lives, what was logged at `warn` and above. */
  readonly lines: string[] = [];
  /** Called when it ends without having been told to. */
  onUnexpectedEnd: (how: string) => void = () => undefined;

  /**
   * @param main the program
   * @param environment what the module that is loaded before it is told
   */
  constructor(folder: string, main: string, environment: Readonly<Record<string, string>>) {
    this.#main = main;
    this.folder = folder;
    this.#environment = environment;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get dataFolder(): string {
    return join(this.folder, "data");
  }

  spawn(): ChildProcess {
    const parameters = ["--max-semi-space-size=8", "--import", preload, this.#main, "start", "--json"];
    const { NODE_OPTIONS: _, ...environment } = process.env;
    const child = spawn(process.execPath, [...parameters, "--config", join(this.folder, "drover.json")], {
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
    const child = this.spawn();
    this.#child = child;
    child.stderr?.on("data", (chunk: Buffer) => this.#note(String(chunk)));
    const listens = Promise.withResolvers<void>();
    child.stdout?.once("data", () => listens.resolve());
    child.once("exit", (code, signal) => {
      const how = `Expected drover start to run, got an end with ${signal ?? `exit code ${code}`}: ${this.lines.at(-1)}`;
      listens.reject(new Error(how));
      if (this.#child === child) this.onUnexpectedEnd(how);
    });
    const tooLate = setTimeout(() => listens.reject(new Error("Expected drover start to listen")), startWithinMs);
    await listens.promise.finally(() => clearTimeout(tooLate));
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
