import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  createAzureSphereEmulator,
  demoIds,
  demoScenario,
  parseAzureSphereScenario,
} from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer, serveOnLoopback } from "../../emulators/serve.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError, usageError } from "../failure.ts";
import { emulatedConnection } from "../starter.ts";
import { fieldLines } from "../table.ts";

interface Options {
  readonly port: string;
  readonly scenario?: string;
}

/** What `drover init --emulator` and the examples name. */
export const emulatorPort = 8700;

export function emulateCommand(cli: Cli) {
  const group = describedCommand(
    "emulate",
    "Serve an emulator of a provider on this machine",
    "drover emulate azure-sphere",
  );
  const sphere = describedCommand(
    "azure-sphere",
    "Serve an Azure Sphere tenant with a small fleet, and its login",
    "drover emulate azure-sphere --port 8700",
  )
    .option("--port <port>", "port on loopback; 0 for any free one", String(emulatorPort))
    .option("--scenario <file>", "JSON of who exists, how operations end and which faults strike");
  group.addCommand(runs(cli, sphere, emulate));
  return group;
}

async function emulate(context: Context, options: Options): Promise<number> {
  const port = /^\d{1,5}$/.test(options.port) ? Number(options.port) : Number.NaN;
  if (!(port <= 65_535)) throw usageError("Expected --port as a number from 0 to 65535, got another value");
  const scenario = options.scenario === undefined ? demoScenario() : await readScenario(context, options.scenario);
  const emulator = createAzureSphereEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario });
  const server = await serveOnLoopback((request) => emulator.fetch(request), { port }).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new CommandError(
      `Expected port ${port} on loopback to be free, got ${code}: name another with --port`,
      exitCodes.unavailable,
      "port",
    );
  });
  const stopped = Promise.withResolvers<void>();
  const end = context.terminal.onSignal(() => stopped.resolve());
  announce(context, server.url, options.scenario === undefined);
  await stopped.promise;
  end();
  await server.close();
  return exitCodes.ok;
}

async function readScenario({ terminal }: Context, file: string) {
  const path = resolve(terminal.workingFolder, file);
  try {
    return parseAzureSphereScenario(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const found = error instanceof Error ? error.message : "an error";
    throw new CommandError(`Expected a scenario in ${path}, got a problem: ${found}`, exitCodes.usage, "scenario");
  }
}

function announce(context: Context, url: string, isDemo: boolean): void {
  const connections = { emulated: emulatedConnection(url, "env:EMULATOR_SECRET") };
  context.data({ kind: "serving", url, ...(isDemo ? { ids: demoIds, connections } : {}) });
  context.lines([`Azure Sphere and its login are emulated on ${url}. Ctrl-C ends it, and forgets everything.`]);
  if (!isDemo) return;
  const { style } = context;
  context.lines([
    "",
    ...fieldLines(
      [
        ["Sphere tenant", demoIds.tenantId],
        ["product", demoIds.productId],
      ],
      style,
    ),
    "",
    "Device groups, which behave as they are called:",
    ...fieldLines(Object.entries(demoIds.groups), style),
    "",
    "Images:",
    ...fieldLines(Object.entries(demoIds.images), style),
    "",
    `For drover.json, with EMULATOR_SECRET=${demoIds.clientSecret} in the environment (or run drover init --emulator):`,
    JSON.stringify({ connections }, undefined, 2),
  ]);
}
