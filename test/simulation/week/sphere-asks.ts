import type { Ask } from "./asks.ts";
import { type Calendar, minuteMs } from "./calendar.ts";
import type { WeekFleet } from "./week-fleet.ts";

export type NewAsk = Omit<Ask, "id" | "copies">;

/** Builds of developers on a workday. */
const buildsADay = 6;
/** Groups that developers try their builds on. */
const tryOuts = 4;

/**
 * One release goes over the fleet in rings, a hot fix to a few, and the next release begins; on workdays developers try their builds.
 */
export function sphereAsks(calendar: Calendar, { groups, images }: WeekFleet): readonly NewAsk[] {
  const left = [...images];
  const deploy = (deviceGroupId: string, image: string, atMs: number): NewAsk => ({
    ...{ atMs, chain: "sphere", type: "drover.azure-sphere.deploy" },
    data: { connection: "sphere-demo", deadline: calendar.pick(["PT6H", "P1D"]), deviceGroupId, images: [image] },
  });
  const ring = (from: number, to: number, atMs: number, image: string) =>
    groups
      .slice(Math.round(from * groups.length), Math.round(to * groups.length))
      .map((group) => deploy(group, image, atMs + calendar.below(40 * minuteMs)));
  const [first = "", fix = "", second = ""] = left.splice(0, 3);
  const builds = calendar.days
    .filter((day) => calendar.isWorkday(day))
    .flatMap((day) =>
      Array.from({ length: calendar.scaled(buildsADay) }, () => {
        const group = groups[calendar.below(Math.min(tryOuts, groups.length))] ?? "";
        return deploy(group, left.shift() ?? "", calendar.inWorkingHours(day));
      }),
    );
  return [
    ...ring(0, 0.05, calendar.at(0, 9.5), first),
    ...ring(0.05, 0.35, calendar.at(1, 9), first),
    ...ring(0.35, 1, calendar.at(2, 8.5), first),
    ...ring(0.6, 0.65, calendar.at(2, 15), fix),
    ...ring(0, 0.05, calendar.at(3, 13), second),
    ...ring(0.05, 0.2, calendar.at(4, 8), second),
    ...builds,
  ];
}
