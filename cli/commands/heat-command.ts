import type { Command } from "commander";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { usageError } from "../failure.ts";
import { connectionsShape } from "../shapes.ts";
import type { Client } from "../transport.ts";

const note = `
This acts at once, at the provider: it is no operation, nothing is written down, no event tells of it, and nothing is repeated when an
answer is lost. What Drover is to look after is a request: drover submit.

Exit codes: 0 done; 2 wrong usage, or input that was refused; 3 a configuration that cannot work; 4 nothing under that id, or it is still in
use; 5 the provider refuses or does not answer`;

export interface HeatOptions {
  readonly connection?: string;
}

/** What a command of a Heat is given beside its own arguments. */
export interface HeatCall {
  readonly context: Context;
  readonly client: Client;
  /** Path of one thing below the connection's Heat. */
  path(...parts: readonly string[]): string;
}

export function heatSubcommand(name: string, summary: string, example: string): Command {
  return describedCommand(name, summary, example)
    .option("--connection <name>", "connection of kind heat; may be left out where there is one")
    .addHelpText("after", note);
}

/** Each has one argument at most, which comes before the options; without one it is empty. */
export function runsHeat<Options extends HeatOptions>(
  cli: Cli,
  command: Command,
  run: (call: HeatCall, options: Options, argument: string) => Promise<void>,
): Command {
  const takesArgument = command.registeredArguments.length > 0;
  return runs(cli, command, async (context, ...all: unknown[]) =>
    context.withSession(async ({ client }) => {
      const options = all[takesArgument ? 1 : 0] as Options;
      const name = options.connection ?? (await onlyHeat(client));
      const base = `/connections/${encodeURIComponent(name)}/heat`;
      const path = (...parts: readonly string[]) => [base, ...parts.map(encodeURIComponent)].join("/");
      await run({ context, client, path }, options, takesArgument ? String(all[0]) : "");
      return undefined;
    }),
  );
}

async function onlyHeat(client: Client): Promise<string> {
  const { connections } = await client.get("/connections", connectionsShape);
  const names = connections.filter(({ kind }) => kind === "heat").map(({ name }) => name);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw usageError(
    only === undefined
      ? "Expected a connection of kind heat in the configuration, got none: add one, see drover init --provider heat"
      : `Expected --connection with one out of ${names.join(", ")}, got none`,
  );
}
