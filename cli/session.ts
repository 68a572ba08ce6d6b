import { setTimeout as sleep } from "node:timers/promises";
import type { Configuration } from "../lib/contracts/configuration.ts";
import { ConfigurationError } from "../lib/contracts/errors.ts";
import { localPlatformOf } from "../lib/contracts/platform-fit.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { type ControlServer, NobodyListens, readControl, serveControl, socketTransport } from "./control-socket.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandError } from "./failure.ts";
import { commandLog } from "./log.ts";
import { openSystem, type System } from "./system.ts";
import type { Terminal } from "./terminal.ts";
import { Client, type Transport, textOf } from "./transport.ts";

/** A command's hold on one Drover: a running one, or the data folder opened for as long as the command lasts. */
export interface Session {
  readonly client: Client;
  /** Whether operations are carried on without this command. */
  readonly isRunning: boolean;
  /** Carries on what is queued, in this process; nothing to do where a running Drover does. */
  work(): Promise<void>;
  close(): Promise<void>;
}

/** A `drover start` that has just taken the folder needs a moment until it listens. */
const patienceMs = 3_000;
const lookEveryMs = 100;
const stopWithinMs = 30_000;

export async function openSession(
  configuration: Configuration,
  configPath: string,
  terminal: Terminal,
): Promise<Session> {
  const caller = `cli:${terminal.user}`;
  const { dataFolder } = localPlatformOf(configuration);
  const lookUntil = performance.now() + patienceMs;
  for (;;) {
    const running = await runningTransport(dataFolder, terminal);
    if (running) {
      return {
        client: new Client(running, caller),
        isRunning: true,
        work: async () => undefined,
        close: async () => undefined,
      };
    }
    try {
      const log = commandLog((text) => terminal.err(text));
      const system = await openSystem({ configuration, configPath, terminal, log });
      return inProcess(system, caller);
    } catch (error) {
      if (!(error instanceof ConfigurationError) || error.code !== "data-folder-held") throw error;
      if (performance.now() >= lookUntil) throw heldError(error);
      await sleep(lookEveryMs);
    }
  }
}

function heldError({ message }: ConfigurationError): CommandError {
  const detail = message.replace(/: stop that one.*$/, "");
  return new CommandError(
    `${detail} and that does not answer: wait until it has started or ended, or stop it, then try again`,
    exitCodes.unavailable,
    "data-folder-held",
  );
}

async function runningTransport(folder: string, { err }: Pick<Terminal, "err">): Promise<Transport | undefined> {
  const path = readControl(folder);
  if (path === undefined) return undefined;
  const transport = socketTransport(path);
  try {
    const { status } = await textOf(await transport.open({ method: "GET", path: "/healthz", headers: {} }));
    if (status !== 200) err("warning  The storage of the running Drover refuses changes: free space, or see its log\n");
    return {
      async open(request, signal) {
        try {
          return await transport.open(request, signal);
        } catch (error) {
          throw error instanceof NobodyListens ? goneError() : error;
        }
      },
    };
  } catch (error) {
    if (error instanceof NobodyListens) return undefined;
    throw error;
  }
}

function goneError(): CommandError {
  return new CommandError(
    "Expected the running Drover to answer, got nobody listening any more: start it again with drover start",
    exitCodes.unavailable,
    "no-answer",
  );
}

function inProcess({ platform, host }: System, caller: string): Session {
  let control: ControlServer | undefined;
  const transport: Transport = {
    async open({ method, path, headers, body }, signal) {
      const text = body instanceof Secret ? body.reveal() : body;
      const init = { method, headers, ...(text === undefined ? {} : { body: text }), ...(signal ? { signal } : {}) };
      const response = await host.application.fetch(new Request(`http://drover${path}`, init));
      return {
        status: response.status,
        header: (name) => response.headers.get(name) ?? undefined,
        body: response.body ?? nothing(),
      };
    },
  };
  return {
    client: new Client(transport, caller),
    isRunning: false,
    async work() {
      if (control) return;
      // This may take long, and other commands want their answers meanwhile.
      control = await serveControl(platform.folder, (request) => host.application.fetch(request));
      host.start(false);
    },
    async close() {
      await control?.close();
      if (control) await host.stop(stopWithinMs);
      if (await platform.close()) return;
      throw new CommandError(
        "Expected the disk to take the last changes, got a refusal: free space or mend it, then repeat the command",
        exitCodes.unavailable,
        "storage-unavailable",
      );
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
