import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { starterFiles } from "../starter.ts";
import { emulatorPort } from "./emulate.ts";

const gitignore = ".gitignore";

interface Options {
  readonly emulator?: boolean | string;
}

export function initCommand(cli: Cli) {
  const command = describedCommand(
    "init",
    "Write a configuration and a request to start from, here; nothing that exists is changed",
    "drover init --emulator",
  ).option("--emulator [url]", "connect to the emulator of drover emulate azure-sphere, so that it works at once");
  return runs(cli, command, async (context, { emulator }: Options) => {
    const url = emulator === true ? `http://127.0.0.1:${emulatorPort}` : emulator === false ? undefined : emulator;
    const files = await write(context, starterFiles(url));
    context.data({ kind: "initialized", folder: context.terminal.workingFolder, files });
    context.lines([
      ...files.map((file) => `wrote  ${file}`),
      "",
      "What they say stands in DROVER.md. Next:",
      ...nextSteps(url),
    ]);
    return undefined;
  });
}

async function write({ terminal, remark }: Context, all: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = terminal.workingFolder;
  const keepsGitignore = existsSync(join(folder, gitignore));
  const files = Object.keys(all).filter((file) => file !== gitignore || !keepsGitignore);
  const existing = files.filter((file) => existsSync(join(folder, file)));
  if (existing.length > 0) {
    throw new CommandError(
      `Expected a folder without ${existing.join(", ")}, got one that has it: nothing was written, so go to another folder or move it away`,
      exitCodes.notFound,
      "exists",
    );
  }
  for (const file of files) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, all[file] ?? "", { flag: "wx" });
  }
  if (keepsGitignore)
    remark(`${gitignore} was here already: see that it names ${all[gitignore]?.trim().split("\n").join(" and ")}`);
  return files;
}

function nextSteps(emulatorUrl: string | undefined): readonly string[] {
  return emulatorUrl === undefined
    ? [
        "  fill in the ids in drover.json and requests/deploy.json",
        "  drover vault put sphere-sp        stores the client secret, sealed",
        "  drover config check",
        "  drover connections check          logs in, reads, and names missing roles",
        "  drover submit requests/deploy.json --dry-run",
        "  drover start                      and drover submit in another terminal",
      ]
    : [
        "  drover emulate azure-sphere       in another terminal",
        "  drover config check",
        "  drover submit requests/deploy.json --wait",
        "  drover start                      to run for good",
      ];
}
