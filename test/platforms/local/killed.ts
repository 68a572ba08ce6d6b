import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const children = join(import.meta.dirname, "children");

export interface Child {
  readonly pid: number;
  /** Lines of its standard output so far. */
  readonly lines: readonly string[];
  readonly errors: () => string;
  /** Resolves with the number of lines when there are that many, rejects when the process ends before. */
  linesReach(count: number): Promise<void>;
  kill(): Promise<void>;
  /** Exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Runs one of the scripts in `children` as a process of its own. */
export function startChild(script: string, args: readonly string[], options: { readonly uid?: number } = {}): Child {
  const child = spawn(process.execPath, [join(children, script), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const lines: string[] = [];
  let errors = "";
  let told = () => {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    told();
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    lines,
    errors: () => errors,
    ended,
    linesReach: (count) =>
      new Promise((resolve, reject) => {
        told = () => {
          if (lines.length >= count) resolve();
        };
        told();
        void ended.then((code) => reject(new Error(`Expected ${count} lines, got exit code ${code}: ${errors}`)));
      }),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
