import { Coverage } from "../fleet/coverage.ts";
import { Director } from "../fleet/director.ts";
import type { PlatformName } from "../fleet/host-profile.ts";
import { atTheEnd } from "../fleet/oracles/at-the-end.ts";
import type { Asked } from "../fleet/requests.ts";
import { becalm, isQuiet, longestQuietMs } from "../fleet/run-world.ts";
import { FleetWorld } from "../fleet/world.ts";
import { type Ask, askedBy, cancelOf } from "./asks.ts";
import type { WeekSize } from "./calendar.ts";
import { figuresOf } from "./figures.ts";
import { HostTroubles } from "./host-troubles.ts";
import { Meter } from "./meter.ts";
import { strike } from "./provider-troubles.ts";
import { weekPlan } from "./week-plan.ts";
import type { PlayedWeek } from "./worker-messages.ts";

/** A world that was played, for whoever wants to count for himself. */
export interface WeekScene extends PlayedWeek {
  readonly world: FleetWorld;
}

const shownLines = 40;

export async function playWeek(seed: number, platform: PlatformName, size: WeekSize): Promise<WeekScene> {
  const plan = weekPlan(seed, platform, size);
  const troubles = new HostTroubles(seed);
  const meter = new Meter(() => world.timeline.nowMs);
  const world: FleetWorld = new FleetWorld(plan.world, troubles, new Coverage(), meter);
  meter.bills(world);
  const director = new Director(world);
  director.begin();
  const asked: Asked[] = [];
  for (const ask of plan.asks) world.timeline.at(ask.atMs, () => asked.push(submit(world, ask)));
  const chance = world.randomOf(8);
  for (const trouble of plan.troubles) strike(world, trouble, chance, meter.fates);
  await world.run(() => false, plan.world.activeMs);
  becalm(world, troubles);
  const quiet = await world.run(() => isQuiet(world), plan.world.activeMs + longestQuietMs);
  if (world.verdicts.violations.length === 0) {
    if (!quiet) world.reportUnended();
    atTheEnd(world, asked);
  }
  const { violations } = world.verdicts;
  return {
    ...{ platform, violations, world, digest: world.trace.digest() },
    figures: figuresOf(world, meter, plan),
    newest: violations.length > 0 ? world.trace.newest(shownLines) : [],
  };
}

function submit(world: FleetWorld, ask: Ask): Asked {
  const asked = askedBy(ask);
  for (let copy = 0; copy < ask.copies; copy += 1) world.submit(asked.body);
  if (ask.cancelAfterMs === undefined) return asked;
  world.timeline.after(ask.cancelAfterMs, () => {
    if (ask.cancelBy === "door") world.people.cancel(asked.operation);
    else world.submit(cancelOf({ id: ask.id, operation: asked.operation }));
  });
  return asked;
}
