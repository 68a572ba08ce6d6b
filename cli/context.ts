import { resolve } from "node:path";
import type { Command } from "commander";
import { isServiceUrl } from "../lib/configuration/environment.ts";
import { loadConfiguration } from "../lib/configuration/load.ts";
import type { Configuration } from "../lib/contracts/configuration.ts";
import { usageError } from "./failure.ts";
import { remoteSession } from "./remote.ts";
import { openSession, type Session } from "./session.ts";
import { type Style, styleOf, type Terminal } from "./terminal.ts";

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly json: boolean;
  readonly configPath: string;
  configuration(): Promise<Configuration>;
  /** Runs with a session and closes it, whatever happens. */
  withSession<Result>(run: (session: Session) => Promise<Result>): Promise<Result>;
  /** Lines for people; nothing with --json. */
  lines(lines: readonly string[]): void;
  /** A remark that is not the result: on stderr, and not with --json. */
  remark(text: string): void;
  /** The result for programs: one JSON object with --json, nothing otherwise. */
  data(value: unknown): void;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly config?: string;
  readonly url?: string;
}

function serviceUrl(text: string): string {
  const url = text.replace(/\/+$/, "");
  if (isServiceUrl(url)) return url;
  throw usageError(
    "Expected --url as an https URL without user, query or fragment (http only on loopback), got another text",
  );
}

export function createContext(terminal: Terminal, command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const json = options.json === true;
  const configPath = resolve(terminal.workingFolder, options.config ?? terminal.environment.configPath);
  const configuration = () => loadConfiguration(configPath);
  return {
    terminal,
    style: styleOf(terminal),
    json,
    configPath,
    configuration,
    async withSession(run) {
      const { token } = terminal.environment;
      const url = options.url === undefined ? terminal.environment.url : serviceUrl(options.url);
      const session =
        url === undefined
          ? await openSession(await configuration(), configPath, terminal)
          : remoteSession(url, token, terminal.user);
      try {
        return await run(session);
      } finally {
        await session.close();
      }
    },
    lines(lines) {
      if (!json && lines.length > 0) terminal.out(`${lines.join("\n")}\n`);
    },
    remark(text) {
      if (!json) terminal.err(`${text}\n`);
    },
    data(value) {
      if (json) terminal.out(`${JSON.stringify(value)}\n`);
    },
  };
}
