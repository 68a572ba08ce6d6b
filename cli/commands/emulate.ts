import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createAzureDpsEmulator, demoDpsScenario, parseAzureDpsScenario } from "../../emulators/azure-dps/index.ts";
import {
  createAzureSphereEmulator,
  demoScenario,
  parseAzureSphereScenario,
} from "../../emulators/azure-sphere/index.ts";
import { createHeatEmulator, demoHeatScenario, parseHeatScenario } from "../../emulators/heat/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { dpsPort, emulatedVault } from "../starter/azure-dps.ts";
import { spherePort } from "../starter/azure-sphere.ts";
import { flavours, heatPorts } from "../starter/heat.ts";
import { dpsDemo, heatDemo, sphereDemo } from "./emulated-demos.ts";
import { flavourOf } from "./flavour.ts";
import { serveEmulator } from "./serve-emulator.ts";

interface Options {
  readonly port?: string;
  readonly scenario?: string;
}

interface HeatOptions extends Options {
  readonly flavour: string;
}

const clock = { now: () => Date.now(), delay: delayOnTimer };

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
    .option("--port <port>", "port on loopback; 0 for any free one", String(spherePort))
    .option("--scenario <file>", "JSON of who exists, how operations end and which faults strike");
  const ports = flavours.map((flavour) => `${heatPorts[flavour]} for ${flavour}`).join(", ");
  const heat = describedCommand(
    "heat",
    "Serve an OpenStack Heat with a few servers and their agents, its login and its object store",
    "drover emulate heat --flavour otc",
  )
    .option("--flavour <flavour>", flavours.join(", "), flavours[0])
    .option("--port <port>", `port on loopback; 0 for any free one (default: ${ports})`)
    .option("--scenario <file>", "JSON of who exists, how scripts end and which faults strike");
  group.addCommand(runs(cli, sphere, emulateSphere));
  const dps = describedCommand(
    "azure-dps",
    "Serve an Azure subscription with a Device Provisioning Service, its login and a Key Vault",
    "drover emulate azure-dps",
  )
    .option("--port <port>", "port on loopback; 0 for any free one", String(dpsPort))
    .option("--scenario <file>", "JSON of who exists, how changes end and which faults strike");
  group.addCommand(runs(cli, heat, emulateHeat));
  group.addCommand(runs(cli, dps, emulateDps));
  return group;
}

async function emulateSphere(context: Context, { port, scenario }: Options): Promise<number> {
  const given = scenario === undefined ? undefined : await readScenario(context, scenario, parseAzureSphereScenario);
  const emulator = createAzureSphereEmulator({ ...clock, scenario: given ?? demoScenario() });
  return serveEmulator(context, {
    title: "Azure Sphere and its login are",
    fetch: (request) => emulator.fetch(request),
    port: port ?? String(spherePort),
    ...(given ? {} : { demo: sphereDemo }),
  });
}

async function emulateDps(context: Context, { port, scenario }: Options): Promise<number> {
  const given = scenario === undefined ? undefined : await readScenario(context, scenario, parseAzureDpsScenario);
  const emulator = createAzureDpsEmulator({ ...clock, scenario: given ?? demoDpsScenario() });
  // Empty: the first rotation publishes the first key.
  emulator.vaults.seedVault({ name: emulatedVault });
  return serveEmulator(context, {
    title: "Azure Device Provisioning Services, their login and a Key Vault are",
    fetch: (request) => emulator.fetch(request),
    port: port ?? String(dpsPort),
    ...(given ? {} : { demo: dpsDemo }),
  });
}

async function emulateHeat(context: Context, { flavour: name, port, scenario }: HeatOptions): Promise<number> {
  const flavour = flavourOf(name);
  const given = scenario === undefined ? undefined : await readScenario(context, scenario, parseHeatScenario);
  const emulator = createHeatEmulator({ ...clock, scenario: given ?? demoHeatScenario(flavour) });
  return serveEmulator(context, {
    title: `Heat of the flavour ${flavour}, its login and its object store are`,
    fetch: (request) => emulator.fetch(request),
    port: port ?? String(heatPorts[flavour]),
    ...(given ? {} : { demo: (url: string) => heatDemo(flavour, url) }),
  });
}

async function readScenario<Scenario>(
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
