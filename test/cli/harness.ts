import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { runProgram } from "../../cli/program.ts";
import type { Terminal, TerminalClock } from "../../cli/terminal.ts";
import {
  type AzureSphereEmulator,
  type AzureSphereScenario,
  createAzureSphereEmulator,
  demoIds,
} from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer, serveOnLoopback } from "../../emulators/serve.ts";
import { readEnvironment, type Variables } from "../../lib/configuration/environment.ts";
import { quickScenario, request, sphereConnection, temporaryFolder } from "../functions/harness.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Of stdout, one value for each line. */
  readonly json: readonly Record<string, unknown>[];
}

export interface RunOptions {
  readonly input?: string;
  readonly variables?: Variables;
  /** Width of a terminal; without one there is none. */
  readonly columns?: number;
  readonly onOut?: (text: string) => void;
  /** Told of the bytes that are written to stdout. */
  readonly onBytes?: (bytes: Uint8Array) => void;
  readonly clock?: TerminalClock;
  readonly signals?: { listener?: (signal: string) => void };
}

export interface OpenDesk {
  readonly folder: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  write(file: string, content: unknown): string;
}

export interface Desk extends OpenDesk {
  readonly emulator: AzureSphereEmulator;
}

/** Nothing listens there: for desks whose emulator is in this process. */
const url = "http://127.0.0.1:9";

/** A folder with a configuration, and commands run in it in this process against an emulator in this process. */
export function desk(existing?: string): Desk {
  const emulator = createAzureSphereEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: quickScenario() });
  const opened = openDesk((sent) => emulator.fetch(sent), { SPHERE: demoIds.clientSecret }, existing);
  if (existing === undefined) {
    opened.write("drover.json", configurationFor(url));
    opened.write("a.json", request("a"));
  }
  return { ...opened, emulator };
}

/** A folder, and commands run in it in this process, with whatever is behind its connections. */
export function openDesk(fetch: Fetch, secrets: Variables, folder = temporaryFolder()): OpenDesk {
  return {
    folder,
    write(file, content) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
      return path;
    },
    async run(args, options = {}) {
      let [out, err] = ["", ""];
      const code = await runProgram(
        args,
        terminalOf(
          folder,
          fetch,
          { ...options, variables: { ...secrets, ...options.variables } },
          {
            out: (text) => {
              out += text;
              options.onOut?.(text);
            },
            outBytes: async (bytes) => options.onBytes?.(bytes),
            err: (text) => {
              err += text;
            },
          },
        ),
      );
      return {
        code,
        out,
        err,
        get json() {
          return linesOf(out);
        },
      };
    },
  };
}

type Fetch = (request: Request) => Promise<Response>;

export function configurationFor(at: string, secret = "env:SPHERE") {
  return {
    version: 1,
    platform: { kind: "local", dataFolder: "./data" },
    connections: { sphere: sphereConnection(at, secret) },
  };
}

export function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function terminalOf(
  folder: string,
  fetch: Fetch,
  { input, variables: all = {}, columns, signals, clock = realClock }: RunOptions,
  writers: Pick<Terminal, "out" | "outBytes" | "err">,
): Terminal {
  return {
    ...writers,
    isTty: columns !== undefined,
    errIsTty: columns !== undefined,
    columns: () => columns,
    environment: readEnvironment(all),
    variables: all,
    debug: false,
    workingFolder: folder,
    user: "ada",
    command: [process.execPath, join(import.meta.dirname, "../../cli/main.ts")],
    readInput: async () => input ?? "",
    readHidden: () => undefined,
    onSignal(listener) {
      if (signals) signals.listener = listener;
      return () => undefined;
    },
    exitNow: (code) => {
      throw new Error(`exited with ${code}`);
    },
    clock,
    fetch,
  };
}

const realClock: TerminalClock = {
  monotonicMs: () => performance.now(),
  every(ms, callback) {
    const timer = setInterval(callback, ms);
    return () => clearInterval(timer);
  },
};

/** The emulator on loopback, for commands that run as processes of their own. */
export async function servedEmulator(scenario: AzureSphereScenario = quickScenario()) {
  const emulator = createAzureSphereEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario });
  const server = await serveOnLoopback((sent) => emulator.fetch(sent));
  onTestFinished(() => server.close());
  return { emulator, url: server.url };
}
