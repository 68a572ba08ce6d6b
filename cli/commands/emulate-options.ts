import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { delayOnTimer } from "../../emulators/serve.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";

export interface EmulateOptions {
  readonly port?: string;
  readonly scenario?: string;
}

export const emulatorClock = { now: () => Date.now(), delay: delayOnTimer };

export async function readScenario<Scenario>(
  { terminal }: Context,
  file: string,
  parse: (value: unknown) => Scenario,
): Promise<Scenario> {
  const path = resolve(terminal.workingFolder, file);
  try {
    return parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const found = error instanceof Error ? error.message : "an error";
    throw new CommandError(`Expected a scenario in ${path}, got a problem: ${found}`, exitCodes.usage, "scenario");
  }
}
