import type { PlatformName } from "../fleet/host-profile.ts";
import type { WorldPlan } from "../fleet/world-plan.ts";
import { SeededRandomness } from "../virtual-clock.ts";
import { activityOf } from "./activity.ts";
import type { Ask } from "./asks.ts";
import { Calendar, dayMs, hourMs, minuteMs, type WeekSize } from "./calendar.ts";
import { type Trouble, troublesOf } from "./provider-troubles.ts";
import { type WeekFleet, weekFleet } from "./week-fleet.ts";

/** Everything that is going to happen, the same on each host. */
export interface WeekPlan {
  readonly size: WeekSize;
  readonly world: WorldPlan;
  readonly fleet: WeekFleet;
  readonly asks: readonly Ask[];
  readonly troubles: readonly Trouble[];
}

/** I/Os of one operation, far above what any takes: a week that needs more goes round in circles. */
const mostIosEach = 600;
/** A release with a defect is out for so long. */
const defectMs = 6 * minuteMs;

export function weekPlan(seed: number, platform: PlatformName, size: WeekSize): WeekPlan {
  const random = new SeededRandomness(Math.imul(seed, 0x85eb_ca6b) ^ 0x7ee4_0f00);
  const calendar = new Calendar(random, size);
  const fleet = weekFleet(calendar);
  const asks = activityOf(calendar, fleet);
  const activeMs = size.days * dayMs;
  const troubles = troublesOf(calendar, activeMs);
  const rolloutAtMs = calendar.at(2, 8.75);
  const targets = asks.reduce((sum, { data }) => sum + ((data["servers"] as readonly string[])?.length ?? 1), 0);
  const world: WorldPlan = {
    ...{ seed, platform, activeMs, submissions: [], cloudFaults: [], jumps: [] },
    fleet: fleet.seeds,
    pace: { sphereMs: 4 * minuteMs, heatMs: 3 * minuteMs, dpsMs: 25_000, panoramaMs: 4 * minuteMs, canThrottle: true },
    configured: {
      approvals: ["drover.azure-dps.rotate-policy-key"],
      heatLimits: { inFlight: 150, changesPerMinute: 300 },
      ...{ usualPace: true, heatOthers: ["otc", "rackspace"] },
    },
    temper: { jitterMs: 1_000, duplicates: 0.001, duplicatesLeft: 1_000 },
    skewMs: platform === "local" ? 0 : 300,
    // Half of a rollout, a release whose every call to a provider throws, is put back.
    ...{ rolloutAtMs, defects: [{ fromMs: rolloutAtMs + 2 * minuteMs, forMs: defectMs }] },
    pauses: [{ atMs: calendar.at(3, 1), forMs: 2 * hourMs, connection: "heat-openstack" }],
    garbage: [
      { atMs: calendar.inWorkingHours(0), queue: "inbox", body: "{" },
      { atMs: calendar.inWorkingHours(3), queue: "inbox", body: typo },
    ],
    ...{ hasSchedule: true, installersInFour: 3, untilForgotten: false },
    // A fleet of this size is not served by the handful of functions that a small world has.
    ...(platform === "aws" ? { profile: { processes: 20 } } : {}),
    mostIos: (1_000 + targets) * mostIosEach,
  };
  return { size, world, fleet, asks, troubles };
}

/** A request that somebody has mistyped. */
const typo = JSON.stringify({
  ...{ specversion: "1.0", id: "typo-1", source: "/operations", type: "drover.heat.deploy" },
  data: { connection: "heat-openstack", server: "web-1" },
});
