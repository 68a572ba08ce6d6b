import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError, usageError } from "../failure.ts";
import { iotPort, iotStarter } from "../starter/aws-iot.ts";
import { panoramaPort, panoramaStarter } from "../starter/aws-panorama.ts";
import { dpsPort, dpsStarter } from "../starter/azure-dps.ts";
import { spherePort, sphereStarter } from "../starter/azure-sphere.ts";
import { starterFiles } from "../starter/files.ts";
import { flavours, heatPorts, heatStarter } from "../starter/heat.ts";
import { fileOf, type Starter } from "../starter/starter.ts";
import { flavourOf } from "./flavour.ts";

const providerNames = "azure-sphere, azure-dps, heat, aws-panorama or aws-iot";
const gitignore = ".gitignore";

interface Options {
  readonly emulator?: boolean | string;
  readonly provider: string;
  readonly flavour: string;
}

export function initCommand(cli: Cli) {
  const command = describedCommand(
    "init",
    "Write a configuration and a request to start from, here; nothing that exists is changed",
    "drover init --emulator",
  )
    .option("--emulator [url]", "connect to the provider's emulator, see drover emulate, so that it works at once")
    .option("--provider <provider>", providerNames, "azure-sphere")
    .option("--flavour <flavour>", `of a Heat: ${flavours.join(", ")}`, flavours[0]);
  return runs(cli, command, async (context, options: Options) => {
    const { starter, emulated } = chosen(options);
    const steps = nextSteps(starter, emulated);
    const widest = Math.max(38, ...steps.map(([text]) => text.length)) + 2;
    const files = await write(context, starterFiles(starter, emulated));
    context.data({ kind: "initialized", folder: context.terminal.workingFolder, files });
    context.lines([
      ...files.map((file) => `wrote  ${file}`),
      "",
      "What they say stands in DROVER.md. Next:",
      ...steps.map(([text, why]) => `  ${text.padEnd(widest)}${why}`.trimEnd()),
    ]);
    return undefined;
  });
}

function chosen({ provider, flavour: name, emulator }: Options): { starter: Starter; emulated: boolean } {
  const flavour = flavourOf(name);
  const urlAt = (port: number) => {
    if (emulator === true) return `http://127.0.0.1:${port}`;
    return emulator === false ? undefined : emulator;
  };
  const emulated = urlAt(0) !== undefined;
  if (provider === "azure-sphere") return { starter: sphereStarter(urlAt(spherePort)), emulated };
  if (provider === "heat") return { starter: heatStarter(flavour, urlAt(heatPorts[flavour])), emulated };
  if (provider === "azure-dps") return { starter: dpsStarter(urlAt(dpsPort)), emulated };
  if (provider === "aws-panorama") return { starter: panoramaStarter(urlAt(panoramaPort)), emulated };
  if (provider === "aws-iot") return { starter: iotStarter(urlAt(iotPort)), emulated };
  throw usageError(`Expected --provider as ${providerNames}, got another value`);
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

function nextSteps(starter: Starter, emulated: boolean): readonly (readonly [command: string, why: string])[] {
  const files = starter.requests.map(fileOf);
  if (emulated && starter.steps) {
    return [
      [`drover emulate ${starter.emulate}`, "in another terminal"],
      ["drover config check", ""],
      ["drover start", "in a third one, which stays"],
      ...starter.steps,
    ];
  }
  if (emulated) {
    return [
      [`drover emulate ${starter.emulate}`, "in another terminal"],
      ["drover config check", ""],
      ...files.map((file) => [`drover submit ${file} --wait`, ""] as const),
      ["drover start", "to run for good"],
    ];
  }
  return [
    [`fill in drover.json and ${files.join(", ")}`, ""],
    ...starter.vaultSecrets.map(({ name, what }) => [`drover vault put ${name}`, `stores ${what}, sealed`] as const),
    ["drover config check", ""],
    ["drover connections check", "logs in, reads, and names missing roles"],
    [`drover submit ${files[0]} --dry-run`, ""],
    ["drover start", "and drover submit in another terminal"],
  ];
}
