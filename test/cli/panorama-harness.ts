import { readdirSync } from "node:fs";
import {
  createPanoramaEmulator,
  demoPanoramaIds,
  demoPanoramaScenario,
  type PanoramaEmulator,
  type SettingsPatch,
} from "../../emulators/aws-panorama/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { type OpenDesk, openDesk, type Ran, type RunOptions } from "./harness.ts";

const url = "http://127.0.0.1:9";
const { region, accessKeyId, secretAccessKey } = demoPanoramaIds;

export const panoramaSecrets = { PANORAMA: secretAccessKey };

/** A connection whose waits are as short as they may be. */
export const panoramaConnection = {
  kind: "aws-panorama",
  endpoint: url,
  region,
  credential: { kind: "access-key", accessKeyId, secretAccessKey: "env:PANORAMA" },
  pace: { firstPoll: "PT0.1S", maxPoll: "PT0.2S", settling: "PT1S", lookEvery: "PT0.2S", requestTimeout: "PT2S" },
};

const quick: SettingsPatch = {
  provisioningMs: 100,
  connectMs: 0,
  deleteMs: 100,
  listDelayMs: 0,
  describeDelayMs: 0,
  throttling: null,
};

export function quickPanorama(settings: SettingsPatch = {}): PanoramaEmulator {
  const all = demoPanoramaScenario();
  const scenario = { ...all, settings: { ...all.settings, ...quick, ...settings } };
  return createPanoramaEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario });
}

export function provisioning(name: string, data: Readonly<Record<string, unknown>> = {}) {
  return {
    specversion: "1.0",
    id: name,
    source: "/test",
    type: "drover.aws-panorama.provision",
    data: { connection: "panorama", device: { Name: name }, ...data },
  };
}

export const archiveOf = (name: string) => `certificates-omni_${name}.zip`;

export interface PanoramaDesk extends OpenDesk {
  readonly emulator: PanoramaEmulator;
  /** Submits a provisioning and returns the operation's id. */
  submitted(name: string, data?: Readonly<Record<string, unknown>>): Promise<string>;
  handoff(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** All files of the folder, but for the data folder. */
  files(): string[];
  /** What was minted for the device last, and the id of the device. */
  minted(name: string): { readonly id: string; readonly archive: Uint8Array };
}

/** A folder with one connection of kind aws-panorama and an emulator in this process. */
export function panoramaDesk(settings: SettingsPatch = {}, more: Readonly<Record<string, unknown>> = {}): PanoramaDesk {
  const emulator = quickPanorama(settings);
  const opened = openDesk((sent) => emulator.fetch(sent), panoramaSecrets);
  opened.write("drover.json", {
    version: 1,
    platform: { kind: "local", dataFolder: "./data" },
    connections: { panorama: panoramaConnection },
    ...more,
  });
  return {
    ...opened,
    emulator,
    async submitted(name, data) {
      const { json } = await opened.run(["submit", opened.write(`${name}.json`, provisioning(name, data)), "--json"]);
      return String(json[0]?.["operation"]);
    },
    handoff: (args, options) => opened.run(["handoff", ...args], options),
    files: () => readdirSync(opened.folder).filter((file) => file !== "data"),
    minted(name) {
      const device = emulator.state.devices(name).at(-1);
      const archive = device && emulator.state.archive(device.id);
      if (!device || !archive) throw new Error(`Expected a device ${name} with an archive, got none`);
      return { id: device.id, archive: archive.bytes };
    },
  };
}
