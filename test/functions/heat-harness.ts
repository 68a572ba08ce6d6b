import { emulatedHeat, emulatedLogins } from "../../cli/starter/heat.ts";
import {
  createHeatEmulator,
  demoHeatIds,
  demoHeatScenario,
  type Flavour,
  type HeatEmulator,
  type HeatScenario,
} from "../../emulators/heat/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { emulatorUrl, type OpenFixture, openFixture } from "./harness.ts";

export const ids = demoHeatIds;
export const serverAt = (index: number): string => ids.servers[index] ?? "";

/** What `heatConnection` names, by environment variable. */
export const heatSecrets = (flavour: Flavour = "openstack") => ({
  HEAT_LOGIN: emulatedLogins[flavour],
  HEAT_KEY: ids.tempUrlKey,
});

/** A connection whose waits are as short as they may be. */
export function heatConnection(flavour: Flavour = "openstack", url = emulatorUrl) {
  return {
    ...emulatedHeat(flavour, url, { login: "env:HEAT_LOGIN", tempUrlKey: "env:HEAT_KEY" }),
    pace: { firstPoll: "PT0.1S", maxPoll: "PT0.3S", settling: "PT1S", lookEvery: "PT0.2S", requestTimeout: "PT2S" },
  };
}

/** Servers whose scripts end at once, and no faults. */
export function quickHeat(flavour: Flavour = "openstack", changes: Partial<HeatScenario> = {}): HeatEmulator {
  const { faults: _none, ...scenario } = demoHeatScenario(flavour);
  const settings = { ...scenario.settings, pickUpMs: 20, runMs: 50 };
  return createHeatEmulator({
    now: () => Date.now(),
    delay: delayOnTimer,
    scenario: { ...scenario, settings, ...changes },
  });
}

export interface HeatFixture extends OpenFixture {
  readonly emulator: HeatEmulator;
}

export function heatFixture(
  flavour: Flavour = "openstack",
  changes: Partial<HeatScenario> = {},
  pace: Readonly<Record<string, string>> = {},
): HeatFixture {
  const emulator = quickHeat(flavour, changes);
  const { HEAT_LOGIN, HEAT_KEY } = heatSecrets(flavour);
  const limits = { inFlight: 20, changesPerMinute: 600 };
  const connection = heatConnection(flavour);
  const heat = { ...connection, limits, pace: { ...connection.pace, ...pace } };
  const opened = openFixture({ heat }, (sent) => emulator.fetch(sent), {
    "env:HEAT_LOGIN": HEAT_LOGIN,
    "env:HEAT_KEY": HEAT_KEY,
  });
  return { ...opened, emulator };
}

export function heatRequest(id: string, servers: readonly string[], data: Readonly<Record<string, unknown>> = {}) {
  return {
    specversion: "1.0",
    id,
    source: "/test",
    type: "drover.heat.deploy",
    data: {
      connection: "heat",
      servers,
      deployment: { config_id: ids.configId },
      completion: "temp-url",
      ...data,
    },
  };
}

export async function submittedTo({ send }: OpenFixture, ...request: Parameters<typeof heatRequest>): Promise<string> {
  return String((await send("POST", "/requests", heatRequest(...request))).body["operation"]);
}
