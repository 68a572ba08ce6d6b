import { createIotEmulator, demoIotScenario, parseIotScenario } from "../../emulators/aws-iot/index.ts";
import {
  createPanoramaEmulator,
  demoPanoramaScenario,
  parsePanoramaScenario,
} from "../../emulators/aws-panorama/index.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { iotPort } from "../starter/aws-iot.ts";
import { panoramaPort } from "../starter/aws-panorama.ts";
import { type EmulateOptions, emulatorClock, readScenario } from "./emulate-options.ts";
import { iotDemo, panoramaDemo } from "./emulated-demos.ts";
import { withPlugIn } from "./plug-in.ts";
import { serveEmulator } from "./serve-emulator.ts";

export function emulatePanoramaCommand(cli: Cli) {
  const command = describedCommand(
    "aws-panorama",
    "Serve an account of AWS Panorama with three devices, and the appliances that archives are plugged into",
    "drover emulate aws-panorama",
  )
    .option("--port <port>", "port on loopback; 0 for any free one", String(panoramaPort))
    .option("--scenario <file>", "JSON of who exists, how provisionings end and which faults strike");
  return runs(cli, command, emulatePanorama);
}

async function emulatePanorama(context: Context, { port, scenario }: EmulateOptions): Promise<number> {
  const given = scenario === undefined ? undefined : await readScenario(context, scenario, parsePanoramaScenario);
  const emulator = createPanoramaEmulator({ ...emulatorClock, scenario: given ?? demoPanoramaScenario() });
  return serveEmulator(context, {
    title: "AWS Panorama is",
    fetch: withPlugIn(emulator),
    port: port ?? String(panoramaPort),
    ...(given ? {} : { demo: panoramaDemo }),
  });
}

export function emulateIotCommand(cli: Cli) {
  const command = describedCommand(
    "aws-iot",
    "Serve an account of AWS IoT with a provisioning template",
    "drover emulate aws-iot",
  )
    .option("--port <port>", "port on loopback; 0 for any free one", String(iotPort))
    .option("--scenario <file>", "JSON of who exists and which faults strike");
  return runs(cli, command, emulateIot);
}

async function emulateIot(context: Context, { port, scenario }: EmulateOptions): Promise<number> {
  const given = scenario === undefined ? undefined : await readScenario(context, scenario, parseIotScenario);
  const emulator = createIotEmulator({ ...emulatorClock, scenario: given ?? demoIotScenario() });
  return serveEmulator(context, {
    title: "AWS IoT is",
    fetch: (request) => emulator.fetch(request),
    port: port ?? String(iotPort),
    ...(given ? {} : { demo: iotDemo }),
  });
}
