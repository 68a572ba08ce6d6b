import { createIotEmulator, demoIotScenario } from "../../../emulators/aws-iot/index.ts";
import { createPanoramaEmulator, demoPanoramaScenario } from "../../../emulators/aws-panorama/index.ts";
import type { PanoramaScenario } from "../../../emulators/aws-panorama/scenario.ts";
import { createAzureDpsEmulator, demoDpsIds } from "../../../emulators/azure-dps/index.ts";
import type { AzureDpsScenario } from "../../../emulators/azure-dps/scenario.ts";
import { createAzureSphereEmulator, demoIds, demoScenario } from "../../../emulators/azure-sphere/index.ts";
import type { AzureSphereScenario } from "../../../emulators/azure-sphere/scenario.ts";
import { createHeatEmulator, demoHeatIds, demoHeatScenario } from "../../../emulators/heat/index.ts";
import type { HeatScenario } from "../../../emulators/heat/scenario.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import { dpsScenario, hubHost, relinkedWith } from "./dps-scenario.ts";
import { type FleetSeeds, type OtherFlavour, withMore } from "./fleet-seeds.ts";
import { HeatTickets } from "./heat-tickets.ts";
import type { Timeline } from "./timeline.ts";

/** What every key, archive and certificate carries that an emulator makes: found anywhere of ours, it has leaked. */
export const canary = "canaryKey4711";
export const vaultName = "drover-keys";
export const publishedSecret = "dps-backend";

const sphereTenant = demoIds.tenantId;
export const sphereGroups = Array.from({ length: 5 }, (_, index) => uuidOf("9a0b1000", index + 1));
export const sphereImages = Array.from({ length: 60 }, (_, index) => uuidOf("1a6e1000", index + 1));
export const heatServers = Array.from({ length: 90 }, (_, index) => uuidOf("5e2e1000", index + 1));

function uuidOf(prefix: string, number: number): string {
  return `${prefix}-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

export interface CloudPace {
  readonly sphereMs: number;
  readonly heatMs: number;
  readonly dpsMs: number;
  readonly panoramaMs: number;
  readonly canThrottle: boolean;
}

export interface CloudParts {
  readonly timeline: Timeline;
  readonly startAt: number;
  readonly randomness: SeededRandomness;
  readonly seed: number;
  readonly pace: CloudPace;
  readonly fleet?: FleetSeeds | undefined;
}

/** The emulated providers of one world, on its time: what is true there is what the oracles ask. */
export class FleetClouds {
  readonly sphere;
  readonly heat;
  readonly dps;
  readonly panorama;
  readonly iot;
  /** Of a larger fleet alone. */
  readonly heatOthers: Readonly<Partial<Record<OtherFlavour, ReturnType<typeof createHeatEmulator>>>>;
  readonly tickets: HeatTickets;
  /** Every device group of the tenant. */
  readonly groups: readonly string[];
  readonly #byPort: Readonly<Record<string, { fetch(request: Request): Promise<Response> }>>;

  constructor({ timeline, startAt, randomness, seed, pace, fleet }: CloudParts) {
    const shared = {
      now: () => startAt + timeline.nowMs,
      delay: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
          timeline.after(ms, resolve);
        }),
      newId: () => randomness.uuid(),
      seed,
      logLimit: 100,
    };
    this.sphere = createAzureSphereEmulator({ ...shared, scenario: withMore(sphereScenario(pace), fleet?.sphere) });
    this.heat = createHeatEmulator({ ...shared, scenario: withMore(heatScenario(pace), fleet?.heat) });
    const dps = dpsScenario();
    const throttling = pace.canThrottle ? {} : { throttling: null };
    const dpsSettings = { ...dps.settings, updateMs: pace.dpsMs, ...throttling };
    this.dps = createAzureDpsEmulator({
      ...shared,
      canaryPrefix: canary,
      scenario: withMore<AzureDpsScenario>({ ...dps, settings: dpsSettings }, fleet?.dps),
    });
    const inUse = this.dps.state.policy(demoDpsIds.service, demoDpsIds.policy)?.primaryKey ?? "";
    this.dps.vaults.seedVault({ name: vaultName, secrets: { [publishedSecret]: inUse } });
    const panorama = demoPanoramaScenario();
    const panoramaSettings = { ...panorama.settings, provisioningMs: pace.panoramaMs, ...throttling };
    this.panorama = createPanoramaEmulator({
      ...shared,
      canaryPrefix: canary,
      scenario: withMore<PanoramaScenario>({ ...panorama, settings: panoramaSettings }, fleet?.panorama),
    });
    this.iot = createIotEmulator({
      ...shared,
      canaryPrefix: canary,
      scenario: withMore(demoIotScenario(), fleet?.iot),
    });
    const flavoured = (flavour: OtherFlavour) =>
      createHeatEmulator({
        ...shared,
        scenario: withMore<HeatScenario>({ ...demoHeatScenario(flavour), faults: [] }, fleet?.heatOthers[flavour]),
      });
    this.heatOthers = fleet ? { otc: flavoured("otc"), rackspace: flavoured("rackspace") } : {};
    this.tickets = new HeatTickets(this.heats);
    const seeded = fleet?.sphere.groups?.map(({ id }) => id) ?? [];
    this.groups = [...sphereGroups, ...Object.values(demoIds.groups), ...seeded];
    this.#byPort = { 8700: this.sphere, 8710: this.heat, 8720: this.dps, 8730: this.panorama, 8731: this.iot };
    Object.assign(this.#byPort, { 8711: this.heatOthers.otc, 8712: this.heatOthers.rackspace });
  }

  /** Heat in all its flavours. */
  get heats(): readonly ReturnType<typeof createHeatEmulator>[] {
    return [this.heat, ...Object.values(this.heatOthers)];
  }

  /** What the owner of the hub has put into the vault: how the hub is reached with the key that it has now. */
  hubConnectionString(): string {
    const key = this.dps.state.hubPolicies(demoDpsIds.hub).find(({ keyName }) => keyName === relinkedWith)?.primaryKey;
    return `HostName=${hubHost};SharedAccessKeyName=${relinkedWith};SharedAccessKey=${key}`;
  }

  /** The emulator behind an origin; undefined for one that is nobody's. */
  behind(url: URL): { fetch(request: Request): Promise<Response> } | undefined {
    return url.hostname === "127.0.0.1" ? this.#byPort[url.port] : undefined;
  }

  clearFaults(): void {
    for (const cloud of [this.sphere, this.heat, this.dps, this.panorama, this.iot]) cloud.clearFaults();
    for (const heat of Object.values(this.heatOthers)) heat.clearFaults();
    this.dps.vaults.clearFaults();
  }
}

function sphereScenario(pace: CloudPace): AzureSphereScenario {
  const demo = demoScenario();
  return {
    ...demo,
    settings: { ...demo.settings, notStartedMs: 1_000, inProgressMs: pace.sphereMs },
    groups: [
      ...(demo.groups ?? []),
      ...sphereGroups.map((id) => ({ id, tenantId: sphereTenant, productId: demoIds.productId, name: id.slice(-4) })),
    ],
    images: [
      ...(demo.images ?? []),
      ...sphereImages.map((id, index) => ({
        ...{ id, tenantId: sphereTenant, name: `image-${index}` },
        componentId: uuidOf("c0b0e271", index + 1),
      })),
    ],
    faults: [],
    outcomes: [
      { imageId: sphereImages[57] ?? "", result: "failed", errorCode: 4 } as const,
      { imageId: sphereImages[58] ?? "", result: "complete-with-errors", detailsMessage: "2 of 40" } as const,
      { imageId: sphereImages[59] ?? "", result: "stuck" } as const,
    ],
  };
}

function heatScenario(pace: CloudPace): HeatScenario {
  const demo = demoHeatScenario("openstack");
  return {
    ...demo,
    settings: { ...demo.settings, pickUpMs: 2_000, runMs: pace.heatMs },
    servers: [...(demo.servers ?? []), ...heatServers.map((id) => ({ id }))],
    outcomes: [{ serverId: demoHeatIds.failingServer, result: "failed", exitCode: 1 } as const],
    faults: [],
  };
}
