import { currentWork } from "../fleet/io.ts";
import type { FleetWorld } from "../fleet/world.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import { type Calendar, hourMs, minuteMs } from "./calendar.ts";
import type { Fates } from "./fates.ts";

export const troubledClouds = ["sphere", "heat", "otc", "rackspace", "dps", "panorama", "iot"] as const;
export type TroubledCloud = (typeof troubledClouds)[number];

type Fault = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Something that a provider does to a share of the requests for a while. */
export interface Trouble {
  readonly name: string;
  readonly cloud: TroubledCloud;
  readonly fromMs: number;
  readonly forMs: number;
  readonly share: number;
  /** Only what changes something. */
  readonly changesOnly?: boolean;
  readonly fault: Fault;
}

const isHeat = (cloud: TroubledCloud) => cloud === "heat" || cloud === "otc" || cloud === "rackspace";
const textOf = (cloud: TroubledCloud) => (isHeat(cloud) ? "text-503" : "text");

/** What every provider does all the time, to a few of a thousand requests. */
function everyday(cloud: TroubledCloud, forMs: number): readonly Trouble[] {
  const always = (name: string, share: number, fault: Fault, changesOnly = false): Trouble => ({
    ...{ name, cloud, fromMs: 0, forMs, share, fault, changesOnly },
  });
  const longest = isHeat(cloud) ? "hang" : "silence";
  return [
    always("throttled (429)", 0.004, { kind: "status", status: 429, retryAfterSeconds: 20 }),
    always("unavailable (503)", 0.003, { kind: "status", status: 503, body: textOf(cloud) }),
    always("error after the effect (500)", 0.001, {
      ...{ kind: "status", status: 500, takesEffect: true },
      body: isHeat(cloud) ? "html" : "text",
    }),
    always("connection broken", 0.002, { kind: "drop" }),
    always("reply lost after the effect", 0.003, { kind: "drop", takesEffect: true }, true),
    always("slow (15 s)", 0.004, { kind: "slow", delayMs: 15_000 }),
    always("no answer", 0.0005, { kind: longest }),
    always("carried out 40 s later", 0.002, { kind: "late-landing", landsAfterMs: 40_000 }, true),
  ];
}

/** Half an hour in which a provider is down: while a release goes out, or on its patch evening. */
const outages = [
  ["sphere", 2, 9.25],
  ["heat", 1, 20.25],
  ["otc", 2, 20.25],
  ["rackspace", 3, 20.25],
] as const;

/** One provider is down for half an hour, one throttles on a patch evening, and one hangs for a while at night. */
export function troublesOf(calendar: Calendar, activeMs: number): readonly Trouble[] {
  const [down, day, hour] = calendar.pick(outages);
  const slow = calendar.pick(troubledClouds);
  return [
    ...troubledClouds.flatMap((cloud) => everyday(cloud, activeMs)),
    {
      ...{ name: "down for half an hour", cloud: down, fromMs: calendar.at(day, hour), forMs: 30 * minuteMs },
      ...{ share: 1, fault: { kind: "status", status: 503, body: textOf(down) } },
    },
    {
      ...{ name: "throttled on a patch evening", cloud: "heat", share: 0.2 },
      ...{ fromMs: calendar.at(1, 20.25), forMs: 10 * minuteMs },
      fault: { kind: "status", status: 429, retryAfterSeconds: 30 },
    },
    {
      ...{ name: "hung at night", cloud: slow, share: 0.2, fromMs: calendar.at(3, 2), forMs: hourMs },
      fault: { kind: isHeat(slow) ? "hang" : "silence" },
    },
  ];
}

/** The provider is asked about each request by itself, so that it is known whom it met. */
export function strike(world: FleetWorld, trouble: Trouble, random: SeededRandomness, fates: Fates): void {
  const { clouds, timeline } = world;
  const { cloud, share, changesOnly, name, fault, fromMs, forMs } = trouble;
  const target = cloud === "otc" || cloud === "rackspace" ? clouds.heatOthers[cloud] : clouds[cloud];
  const where = ({ method }: { readonly method: string }) => {
    if (changesOnly && method === "GET") return false;
    if (random.fraction() >= share) return false;
    fates.struck(`provider: ${name}`, currentWork()?.operation);
    return true;
  };
  timeline.at(fromMs, () => {
    // Each trouble names a fault that its own cloud knows.
    const add = target?.addFault as ((fault: unknown) => { remove(): void }) | undefined;
    const added = add?.({ ...fault, where });
    if (added) timeline.after(forMs, added.remove);
  });
}
