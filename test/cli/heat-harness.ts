import { onTestFinished } from "vitest";
import type { Flavour, HeatEmulator, HeatScenario } from "../../emulators/heat/index.ts";
import { serveOnLoopback } from "../../emulators/serve.ts";
import { heatConnection, heatRequest, heatSecrets, quickHeat } from "../functions/heat-harness.ts";
import { type OpenDesk, openDesk } from "./harness.ts";

export interface HeatDesk extends OpenDesk {
  readonly emulator: HeatEmulator;
  /** Submits a request and returns the operation's id. */
  submitted(...request: Parameters<typeof heatRequest>): Promise<string>;
}

/** A folder with one connection of kind heat and an emulator in this process. */
export function heatDesk(flavour: Flavour = "openstack", changes: Partial<HeatScenario> = {}): HeatDesk {
  const emulator = quickHeat(flavour, changes);
  const opened = openDesk((sent) => emulator.fetch(sent), heatSecrets(flavour));
  opened.write("drover.json", heatConfiguration({ heat: heatConnection(flavour) }));
  return {
    ...opened,
    emulator,
    async submitted(id, ...rest) {
      const { json } = await opened.run(["submit", opened.write(`${id}.json`, heatRequest(id, ...rest)), "--json"]);
      return String(json[0]?.["operation"]);
    },
  };
}

export function heatConfiguration(connections: Readonly<Record<string, object>>) {
  return { version: 1, platform: { kind: "local", dataFolder: "./data" }, connections };
}

/** The emulator on loopback, for commands that run as processes of their own. */
export async function servedHeat(flavour: Flavour = "openstack") {
  const emulator = quickHeat(flavour);
  const server = await serveOnLoopback((sent) => emulator.fetch(sent));
  onTestFinished(() => server.close());
  return { emulator, url: server.url };
}
