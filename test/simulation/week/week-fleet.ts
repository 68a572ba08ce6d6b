import { demoPanoramaIds } from "../../../emulators/aws-panorama/index.ts";
import { demoDpsIds } from "../../../emulators/azure-dps/index.ts";
import { demoHeatIds } from "../../../emulators/heat/index.ts";
import type { HeatScenario, RunScript, ServerSeed } from "../../../emulators/heat/scenario.ts";
import type { FleetSeeds } from "../fleet/fleet-seeds.ts";
import { ticketInput } from "../fleet/heat-tickets.ts";
import { type Calendar, minuteMs } from "./calendar.ts";
import { sphereSeeds } from "./week-groups.ts";

/** What a fleet of 10,000 consists of. */
const servers = { openstack: 1_200, otc: 700, rackspace: 500 } as const;
const enrollments = 1_900;
const cameras = 100;

export type Flavour = keyof typeof servers;
export const flavours = ["openstack", "otc", "rackspace"] as const;

const prefixes = { openstack: "5e2e2000", otc: "5e2e3000", rackspace: "5e2e4000" } as const;
/** Of a config that takes what to install, and for what ticket, as inputs. */
export const baselineConfig = (flavour: Flavour) => `c0f1${flavours.indexOf(flavour)}000-0000-4000-8000-000000000002`;
/** Three services in one subscription. */
export const dpsServices = [demoDpsIds.service, "dps-us", "dps-ap"] as const;

export const idOf = (prefix: string, number: number) => `${prefix}-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Everything that the week finds at its providers on Monday morning. */
export interface WeekFleet {
  readonly seeds: FleetSeeds;
  readonly groups: readonly string[];
  readonly images: readonly string[];
  readonly servers: Readonly<Record<Flavour, readonly string[]>>;
  /** What is there, in words of the providers. */
  readonly counts: Readonly<Record<string, number>>;
}

export function weekFleet(calendar: Calendar): WeekFleet {
  const sphere = sphereSeeds(calendar);
  const of = (flavour: Flavour) =>
    Array.from({ length: calendar.scaled(servers[flavour]) }, (_, index) => idOf(prefixes[flavour], index + 1));
  const all = { openstack: of("openstack"), otc: of("otc"), rackspace: of("rackspace") };
  const heat = (flavour: Flavour) => heatSeeds(calendar, flavour, all[flavour]);
  const devices = calendar.scaled(cameras);
  const enrolled = calendar.scaled(enrollments);
  return {
    seeds: {
      sphere: sphere.seeds,
      heat: heat("openstack"),
      heatOthers: { otc: heat("otc"), rackspace: heat("rackspace") },
      dps: dpsSeeds(enrolled),
      panorama: panoramaSeeds(devices),
      iot: {},
    },
    ...{ groups: sphere.groups, images: sphere.images, servers: all },
    counts: {
      "Azure Sphere devices": sphere.devices,
      "Heat servers": all.openstack.length + all.otc.length + all.rackspace.length,
      "DPS enrollments": enrolled,
      "Panorama devices": devices,
    },
  };
}

/** A few servers have no agent, lose their network or run for ever; on some the disk is full at first. */
function heatSeeds(calendar: Calendar, flavour: Flavour, ids: readonly string[]): HeatScenario {
  const outcomes: RunScript[] = [];
  const seeded = ids.map((id): ServerSeed => {
    const drawn = calendar.below(1_000);
    if (drawn < 3) outcomes.push({ serverId: id, times: 1, result: "stuck" });
    else if (drawn < 6) outcomes.push({ serverId: id, times: 1, result: "silent" });
    else if (drawn < 22) {
      outcomes.push({
        ...{ serverId: id, times: 1, result: "failed", exitCode: 1 },
        stderr: "no space left on device\n",
      });
    }
    const runMs = 20_000 + calendar.below(3 * minuteMs);
    return drawn >= 996 ? { id, agent: false } : { id, pickUpMs: 5_000 + calendar.below(40_000), runMs };
  });
  const { projectId } = demoHeatIds[flavour];
  return {
    servers: seeded,
    outcomes,
    configs: [
      {
        ...{ id: baselineConfig(flavour), projectId, name: "baseline", group: "script" },
        config: '#!/bin/sh\necho "baseline $version"\n',
        inputs: ["version", ticketInput].map((name) => ({ name, type: "String" })),
        outputs: [],
      },
    ],
  };
}

function dpsSeeds(count: number): FleetSeeds["dps"] {
  const { subscriptionId, resourceGroup, location } = demoDpsIds;
  const others = dpsServices.slice(1).map((name) => ({ subscriptionId, resourceGroup, location, name }));
  const numbered = Array.from({ length: count }, (_, index) => index);
  return {
    services: others,
    enrollments: numbered.map((index) => ({
      service: dpsServices[index % dpsServices.length] ?? demoDpsIds.service,
      id: `unit-${String(index + 1).padStart(5, "0")}`,
    })),
    enrollmentGroups: dpsServices.slice(1).map((service) => ({ service, id: "machines" })),
  };
}

function panoramaSeeds(count: number): FleetSeeds["panorama"] {
  return {
    settings: { deviceQuota: 10 * count + 1_000, pageSize: 25 },
    devices: Array.from({ length: count }, (_, index) => ({
      name: `site-${String(index % 40).padStart(2, "0")}-cam-${String(index).padStart(4, "0")}`,
      tags: { account: demoPanoramaIds.accountId },
    })),
  };
}
