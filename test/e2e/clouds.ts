import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createIotEmulator, demoIotIds, demoIotScenario } from "../../emulators/aws-iot/index.ts";
import { createPanoramaEmulator, demoPanoramaIds, demoPanoramaScenario } from "../../emulators/aws-panorama/index.ts";
import { createAzureDpsEmulator, demoDpsScenario } from "../../emulators/azure-dps/index.ts";
import { createAzureSphereEmulator, demoIds, demoScenario } from "../../emulators/azure-sphere/index.ts";
import { createHeatEmulator, demoHeatIds, demoHeatScenario } from "../../emulators/heat/index.ts";
import { actions } from "../../lib/contracts/client.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { SeededRandomness } from "../simulation/virtual-clock.ts";

const examples = join(import.meta.dirname, "..", "..", "examples");

export const exampleOf = (...path: readonly string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(examples, ...path), "utf8"));

/** Time that moves when somebody says so. */
export interface MovableTime {
  now(): number;
  pass(ms: number): void;
}

export const bearer = "token-of-whoever-stands-at-the-device";

/** Secrets by the references in `configurationFor`. */
export const secrets: Readonly<Record<string, string>> = {
  "emulator-client-secret": demoIds.clientSecret,
  "emulator-password": readFileSync(join(examples, "emulator-password.txt"), "utf8").trim(),
  "emulator-temp-url-key": readFileSync(join(examples, "emulator-temp-url-key.txt"), "utf8").trim(),
  "emulator-panorama-key": demoPanoramaIds.secretAccessKey,
  "emulator-iot-key": demoIotIds.secretAccessKey,
};

/** The examples' configuration with its secrets in the vault, and a client that may do everything. */
export function configurationFor(platform: object): Record<string, unknown> {
  const { connections, publishTargets } = JSON.parse(
    JSON.stringify(exampleOf("drover.json")).replace(/file:\.\/([\w-]+)\.txt/g, "vault:$1"),
  );
  const wanted = ["sphere-demo", "heat-openstack", "dps-demo", "panorama-demo", "iot-demo"];
  const auth = { kind: "bearer", tokens: [`sha256:${sha256Hex(bearer)}`] };
  const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: [...actions] };
  return {
    version: 1,
    platform,
    connections: Object.fromEntries(wanted.map((name) => [name, connections[name]])),
    publishTargets,
    clients: { installer: { auth, allow, requestsPerMinute: 60_000 } },
    sweep: { every: "PT1M" },
  };
}

/** The emulated providers, in this process and on given time. */
export class Clouds {
  readonly sphere;
  readonly heat;
  readonly dps;
  readonly panorama;
  readonly iot;
  /** Makes every call of a provider throw what is no provider's answer: a defect of ours. */
  defective = false;

  constructor(time: MovableTime, { sphereMs = 5_000 }: { readonly sphereMs?: number } = {}) {
    const random = new SeededRandomness(4711);
    const clock = {
      now: () => time.now(),
      delay: async (ms: number) => time.pass(ms),
      newId: () => random.uuid(),
    };
    const sphere = demoScenario();
    const settings = { ...sphere.settings, notStartedMs: 1_000, inProgressMs: sphereMs - 1_000 };
    this.sphere = createAzureSphereEmulator({ ...clock, scenario: { ...sphere, settings } });
    const heat = demoHeatScenario("openstack");
    const heatSettings = { ...heat.settings, pickUpMs: 2_000, runMs: 4_000 };
    this.heat = createHeatEmulator({
      ...clock,
      scenario: { ...heat, settings: heatSettings, faults: [], outcomes: [] },
    });
    this.dps = createAzureDpsEmulator({ ...clock, scenario: demoDpsScenario() });
    this.dps.vaults.seedVault({ name: "drover-keys" });
    const panorama = demoPanoramaScenario();
    // Online as soon as it is provisioned: else it depends on the moment of a poll what is told of it.
    const panoramaSettings = { ...panorama.settings, connectMs: 0 };
    this.panorama = createPanoramaEmulator({ ...clock, scenario: { ...panorama, settings: panoramaSettings } });
    this.iot = createIotEmulator({ ...clock, scenario: demoIotScenario() });
  }

  readonly fetch = (request: Request): Promise<Response> => {
    const ports: Readonly<Record<string, { fetch(request: Request): Promise<Response> }>> = {
      "8700": this.sphere,
      "8710": this.heat,
      "8720": this.dps,
      "8730": this.panorama,
      "8731": this.iot,
    };
    const cloud = ports[new URL(request.url).port];
    if (!cloud) throw new Error(`Expected a request to an emulated provider, got one to ${request.url}`);
    return cloud.fetch(request);
  };

  /** Time-outs are the providers' own matter here; this is where a defect can be planted. */
  readonly startTimer = () => {
    if (this.defective) throw new TypeError("a planted defect");
    return () => undefined;
  };
}

export { demoHeatIds };
