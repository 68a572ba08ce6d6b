import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { linesOf } from "./harness.ts";

export const mainFile = join(import.meta.dirname, "../../cli/main.ts");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command as a process of its own. */
export class Command {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  out = "";
  err = "";

  constructor(folder: string, args: readonly string[], program: readonly string[] = [process.execPath, mainFile]) {
    const [file = "", ...first] = program;
    this.child = spawn(file, [...first, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (chunk) => {
      this.out += chunk;
    });
    this.child.stderr?.on("data", (chunk) => {
      this.err += chunk;
    });
    this.#ended = once(this.child, "close");
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  /** Resolves when stdout has that text. */
  async says(text: string): Promise<void> {
    while (!this.out.includes(text)) {
      const ended = await Promise.race([
        once(this.child.stdout ?? this.child, "data").then(() => false),
        this.#ended.then(() => true),
      ]);
      if (ended && !this.out.includes(text)) throw new Error(`Expected ${text}, got an end: ${this.out}${this.err}`);
    }
  }

  async finished(): Promise<Finished> {
    await this.#ended;
    return { code: this.child.exitCode, signal: this.child.signalCode, out: this.out, err: this.err };
  }
}

export function ran(folder: string, args: readonly string[], program?: readonly string[]): Promise<Finished> {
  return new Command(folder, args, program).finished();
}

export function firstLine({ out }: Finished): Record<string, unknown> {
  return linesOf(out)[0] ?? {};
}
