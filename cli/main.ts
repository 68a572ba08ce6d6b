import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { processVariables, readEnvironment } from "../lib/configuration/environment.ts";
import { InvalidInputError } from "../lib/contracts/errors.ts";
import { failureOf } from "./failure.ts";
import { runProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";

/** The edge of the program: the only place that knows the process. */
function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const variables = processVariables();
  return {
    out: (text) => void stdout.write(text),
    outBytes: (bytes) => new Promise((resolve) => stdout.write(bytes, () => resolve())),
    err: (text) => void stderr.write(text),
    isTty: stdout.isTTY === true,
    errIsTty: stderr.isTTY === true,
    // A serial console does not know how wide it is, and says 0.
    columns: () => (stdout.isTTY === true ? stdout.columns || undefined : undefined),
    environment: readEnvironment(variables),
    variables,
    debug: (variables["DROVER_DEBUG"] ?? "") !== "",
    workingFolder: process.cwd(),
    user: userName(),
    command: [process.execPath, process.argv[1] ?? ""],
    readInput,
    readHidden: (prompt) => (stdin.isTTY === true ? readHidden(prompt) : undefined),
    onSignal(listener) {
      const signals = ["SIGINT", "SIGTERM"] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    exitNow: (code) => process.exit(code),
    clock: {
      monotonicMs: () => performance.now(),
      every(ms, callback) {
        const timer = setInterval(callback, ms);
        return () => clearInterval(timer);
      },
    },
  };
}

function userName(): string {
  try {
    return userInfo()
      .username.replace(/[^\w.-]/g, "-")
      .slice(0, 48);
  } catch {
    // A container's user need not have a name.
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}

async function readInput(maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const part = Buffer.from(chunk);
    bytes += part.byteLength;
    if (bytes > maxBytes) {
      throw new InvalidInputError(`Expected at most ${maxBytes} bytes on stdin, got more`, { code: "too-large" });
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString();
}

async function readHidden(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}

// Whoever reads our output may have seen enough (`drover events | head`): that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));
try {
  process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
} catch (error) {
  const { message, exitCode } = failureOf(error);
  process.stderr.write(`error  ${message}\n`);
  process.exitCode = exitCode;
}
