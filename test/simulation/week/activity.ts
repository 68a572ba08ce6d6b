import type { Ask } from "./asks.ts";
import { withSecondThoughts } from "./asks.ts";
import type { Calendar } from "./calendar.ts";
import { dpsAsks } from "./dps-asks.ts";
import { heatAsks } from "./heat-asks.ts";
import { installerAsks } from "./installer-asks.ts";
import { sphereAsks } from "./sphere-asks.ts";
import type { WeekFleet } from "./week-fleet.ts";

/** What everybody asks for in this week, in the order of time. */
export function activityOf(calendar: Calendar, fleet: WeekFleet): readonly Ask[] {
  const asks = [
    ...sphereAsks(calendar, fleet),
    ...heatAsks(calendar, fleet),
    ...dpsAsks(calendar),
    ...installerAsks(calendar),
  ];
  return asks
    .map((ask, index) => withSecondThoughts(calendar, { ...ask, id: `${ask.chain}-${index + 1}` }))
    .toSorted((a, b) => a.atMs - b.atMs);
}
