import { createAzureDpsEmulator, demoDpsScenario, parseAzureDpsScenario } from "../../emulators/azure-dps/index.ts";
import {
  createAzureSphereEmulator,
  demoScenario,
  parseAzureSphereScenario,
} from "../../emulators/azure-sphere/index.ts";
import { createHeatEmulator, demoHeatScenario, parseHeatScenario } from "../../emulators/heat/index.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { dpsPort, emulatedVault } from "../starter/azure-dps.ts";
import { spherePort } from "../starter/azure-sphere.ts";
import { flavours, heatPorts } from "../starter/heat.ts";
import { emulateIotCommand, emulatePanoramaCommand } from "./emulate-aws.ts";
import { type EmulateOptions, emulatorClock, readScenario } from "./emulate-options.ts";
import { dpsDemo, heatDemo, sphereDemo } from "./emulated-demos.ts";
import { flavourOf } from "./flavour.ts";
import { plugInCommand } from "./plug-in.ts";
import { serveEmulator } from "./serve-emulator.ts";

interface HeatOptions extends EmulateOptions {
  readonly flavour: string;
}

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
  group.addCommand(emulatePanoramaCommand(cli));
  group.addCommand(emulateIotCommand(cli));
  group.addCommand(plugInCommand(cli));
  return group;
}

async function emulateSphere(context: Context, { port, scenario }: EmulateOptions): Promise<number> {
  const given = scenario === undefined ? undefined : await readScenario(context, scenario, parseAzureSphereScenario);
  const emulator = createAzureSphereEmulator({ ...emulatorClock, scenario: given ?? demoScenario() });
  return serveEmulator(context, {
    title: "Azure Sphere and its login are",
    fetch: (request) => emulator.fetch(request),
    port: port ?? String(spherePort),
    ...(given ? {} : { demo: sphereDemo }),
  });
}

async function emulateDps(context: Context, { port, scenario }: EmulateOptions): Promise<number> {
  const given = scenario === undefined ? undefined : await readScenario(context, scenario, parseAzureDpsScenario);
  const emulator = createAzureDpsEmulator({ ...emulatorClock, scenario: given ?? demoDpsScenario() });
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
  const emulator = createHeatEmulator({ ...emulatorClock, scenario: given ?? demoHeatScenario(flavour) });
  return serveEmulator(context, {
    title: `Heat of the flavour ${flavour}, its login and its object store are`,
    fetch: (request) => emulator.fetch(request),
    port: port ?? String(heatPorts[flavour]),
    ...(given ? {} : { demo: (url: string) => heatDemo(flavour, url) }),
  });
}
