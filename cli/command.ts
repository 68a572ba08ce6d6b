import { Command } from "commander";
import { type Context, createContext } from "./context.ts";
import type { Terminal } from "./terminal.ts";

/** One run of the program: commands leave their exit code here. */
export interface Cli {
  readonly terminal: Terminal;
  exitCode: number;
}

/** A command with an example below its help. */
export function describedCommand(name: string, summary: string, example: string): Command {
  return new Command(name).description(summary).addHelpText("after", `\nExample:\n  ${example}`);
}

/** What a command does; its exit code is 0 unless it returns another. */
export function runs<Arguments extends unknown[]>(
  cli: Cli,
  command: Command,
  run: (context: Context, ...args: Arguments) => Promise<number | undefined>,
): Command {
  return command.action(async (...args: unknown[]) => {
    cli.exitCode = (await run(createContext(cli.terminal, command), ...(args as Arguments))) ?? 0;
  });
}
