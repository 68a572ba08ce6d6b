import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { NobodyListens, socketTransport } from "../control-socket.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { Client } from "../transport.ts";

const startWithinMs = 20_000;
const stopWithinMs = 30_000;
/** Of the child's log, shown when it does not start. */
const keptLogLength = 4_000;

/** `drover start` on the demo's folder, as a user would run it. */
export class DroverProcess {
  readonly client: Client;
  readonly #terminal: Pick<Terminal, "command">;
  readonly #configPath: string;
  #child: ChildProcess | undefined;
  #socket = "";
  #url = "";
  #log = "";

  constructor(terminal: Pick<Terminal, "command" | "user">, configPath: string) {
    this.#terminal = terminal;
    this.#configPath = configPath;
    const open: ReturnType<typeof socketTransport>["open"] = (request, signal) =>
      socketTransport(this.#socket).open(request, signal);
    this.client = new Client({ open }, `cli:${terminal.user}`);
  }

  /** Where clients reach it. */
  get url(): string {
    return this.#url;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    const [program = "", ...args] = this.#terminal.command;
    const child = spawn(program, [...args, "start", "--json", "--config", this.#configPath], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.on("data", (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk}`.slice(-keptLogLength);
    });
    const started = Promise.withResolvers<string>();
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes("\n")) started.resolve(printed.slice(0, printed.indexOf("\n")));
    });
    child.once("error", (error) => started.reject(this.#failed(error.message)));
    child.once("exit", (code, signal) =>
      started.reject(this.#failed(`it ended with ${signal ?? `exit code ${code}`}`)),
    );
    const tooLate = setTimeout(() => started.reject(this.#failed("nothing")), startWithinMs);
    try {
      const said: { readonly socket?: unknown; readonly url?: unknown } = JSON.parse(await started.promise);
      this.#socket = String(said.socket);
      this.#url = String(said.url);
    } finally {
      clearTimeout(tooLate);
    }
  }

  /** As a power cut would: nothing is flushed, nothing is said. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** A call that outlives the time between a kill and the next start. */
  async call<Value>(call: (client: Client) => Promise<Value>): Promise<Value | undefined> {
    try {
      return await call(this.client);
    } catch (error) {
      const isGone = error instanceof NobodyListens || (error instanceof CommandError && error.code === "no-answer");
      if (!isGone) throw error;
      await sleep(100);
      return undefined;
    }
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const tooLate = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
    await ended;
    clearTimeout(tooLate);
  }

  #failed(found: string): CommandError {
    const message = `Expected drover start to run in the demo's folder, got ${found}`;
    const lines = this.#log.trim().split("\n").filter(Boolean).slice(-8);
    return new CommandError(message, exitCodes.unavailable, "start-failed", lines);
  }
}
