import { type Fleet, type Kind, kinds, scheduledGroup } from "./fleet.ts";
import { partsOfFleet, Requests, uuid } from "./requests.ts";

const groupShare = 7 / 8;

/** Requests of all kinds that make that many operations together, in an order that chance has chosen. */
export function planFleet(operations: number, random: () => number): Fleet {
  const share = (part: number) => Math.max(1, Math.round(operations * part));
  const counts: Record<Exclude<Kind, "sphere">, number> = {
    heat: share(0.22),
    "heat-cancelled": share(0.02),
    "heat-fleet": share(0.1 / (partsOfFleet + 1)),
    "dps-read": share(0.03),
    "dps-policy": share(0.04),
    "dps-tags": share(0.03),
    rotation: share(0.002),
    panorama: share(0.02),
    "panorama-cancelled": share(0.006),
    "panorama-late": share(0.004),
    iot: share(0.025),
    "iot-cancelled": share(0.006),
  };
  const others = Object.values(counts).reduce((sum, count) => sum + count, counts["heat-fleet"] * partsOfFleet);
  const spheres = Math.max(1, operations - others);
  const groups = Array.from({ length: Math.ceil(spheres * groupShare) }, (_, index) => {
    const result = index % 12 === 5 ? "failed" : index % 12 === 9 ? "complete-with-errors" : "complete";
    return { id: uuid("9a0b0000", index), result } as const;
  });
  const plan = new Requests(counts);
  for (let index = 0; index < spheres; index += 1) plan.sphere(index, groups[index % groups.length]);
  for (const kind of kinds) {
    if (kind !== "sphere") for (let index = 0; index < counts[kind]; index += 1) plan.add(kind, index);
  }
  const order = plan.work.map((work) => ({ work, at: random() })).sort((a, b) => a.at - b.at);
  return {
    work: order.map(({ work }) => work),
    groups: [...groups, { id: scheduledGroup, result: "complete" }],
    failingServers: plan.failingServers,
    services: plan.services,
  };
}
