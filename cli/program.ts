import { Command } from "commander";
import type { Cli } from "./command.ts";
import { clientsCommand } from "./commands/clients.ts";
import { configCommand } from "./commands/config.ts";
import { connectionsCommand } from "./commands/connections.ts";
import { deadLettersCommand } from "./commands/dead-letters.ts";
import { dpsCommand } from "./commands/dps.ts";
import { emulateCommand } from "./commands/emulate.ts";
import { eventsCommand } from "./commands/events.ts";
import { explainCommand } from "./commands/explain.ts";
import { handoffCommand } from "./commands/handoff.ts";
import { heatCommand } from "./commands/heat.ts";
import { initCommand } from "./commands/init.ts";
import { keysCommand } from "./commands/keys.ts";
import { operationsCommand } from "./commands/operations.ts";
import { schedulesCommand } from "./commands/schedules.ts";
import { sinksCommand } from "./commands/sinks.ts";
import { startCommand } from "./commands/start.ts";
import { submitCommand } from "./commands/submit.ts";
import { vaultCommand } from "./commands/vault.ts";
import { watchCommand } from "./commands/watch.ts";
import { demoCommand } from "./demo.ts";
import { exitCodeHelp, exitCodes } from "./exit-codes.ts";
import { failureOf } from "./failure.ts";
import { packageVersion } from "./package.ts";
import { shown } from "./table.ts";
import { styleOf, type Terminal } from "./terminal.ts";

/** The whole command line. @returns the exit code */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const cli: Cli = { terminal, exitCode: exitCodes.ok };
  const program = createProgram(cli);
  try {
    await program.parseAsync([...args], { from: "user" });
    return cli.exitCode;
  } catch (error) {
    return report(error, args.includes("--json"), terminal);
  }
}

function createProgram(cli: Cli): Command {
  const program = new Command("drover")
    .description("Operates fleets of devices and servers across clouds: no effect twice, nothing lost.")
    .version(packageVersion())
    .option("--json", "print JSON for programs")
    .option(
      "--url <url>",
      "a deployed system instead of the data folder (default: DROVER_URL); DROVER_TOKEN has the token",
    )
    .option("--config <file>", "configuration file (default: DROVER_CONFIG or ./drover.json)")
    .addHelpText("after", `\nExample:\n  drover init --emulator && drover emulate azure-sphere\n${exitCodeHelp}`);
  const commands = [
    initCommand,
    startCommand,
    demoCommand,
    emulateCommand,
    submitCommand,
    watchCommand,
    operationsCommand,
    explainCommand,
    handoffCommand,
    deadLettersCommand,
    connectionsCommand,
    schedulesCommand,
    keysCommand,
    heatCommand,
    dpsCommand,
    configCommand,
    clientsCommand,
    eventsCommand,
    sinksCommand,
    vaultCommand,
  ];
  for (const command of commands) program.addCommand(command(cli));
  settle(program, cli.terminal);
  return program;
}

/** Settings that commander keeps for each command separately. */
function settle(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: terminal.columns() ?? 100 })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError(true);
  for (const child of command.commands) settle(child, terminal);
}

/** One sentence on stderr, and a line for each problem; with --json an object. A stack only for whoever asks for it. */
function report(error: unknown, json: boolean, terminal: Terminal): number {
  const { exitCode, code, message, problems } = failureOf(error);
  if (terminal.debug && error instanceof Error) terminal.err(`${error.stack ?? error.message}\n`);
  if (message === "") return exitCode;
  if (json) {
    terminal.err(`${JSON.stringify({ error: { code, message, problems, exitCode } })}\n`);
    return exitCode;
  }
  const style = styleOf({ isTty: terminal.errIsTty, environment: terminal.environment });
  // What a server says may stand in it.
  terminal.err(`${style.bad("error")}  ${shown(message)}\n`);
  for (const problem of problems) terminal.err(`  - ${shown(problem)}\n`);
  return exitCode;
}
