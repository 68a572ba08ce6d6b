import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import type { PlatformName } from "../fleet/host-profile.ts";
import type { FleetWorld } from "../fleet/world.ts";
import type { BillLine } from "./bill.ts";
import { hourMs, type WeekSize } from "./calendar.ts";
import type { FaultFigures } from "./fates.ts";
import { finalStatesOf } from "./final-states.ts";
import type { Meter } from "./meter.ts";
import type { WeekPlan } from "./week-plan.ts";

/** One operation as it has ended. */
export interface Sample {
  readonly provider: string;
  readonly kind: string;
  readonly outcome: string;
  readonly code: string;
  readonly reason: string;
  /** From its acceptance to its end. */
  readonly tookMs: number;
  readonly polls: number;
  /** Between its last two polls; 0 where there were fewer. */
  readonly gapMs: number;
  /** From the provider's final state to the event of the end; undefined where it ended without one. */
  readonly lagMs: number | undefined;
}

/** What a week on one host came to. */
export interface HostFigures {
  readonly platform: PlatformName;
  readonly fleet: Readonly<Record<string, number>>;
  readonly size: WeekSize;
  readonly asked: number;
  readonly samples: readonly Sample[];
  readonly virtualHours: number;
  readonly ios: number;
  readonly invocations: number;
  readonly messages: number;
  readonly events: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
  readonly people: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly faults: readonly FaultFigures[];
  readonly bill: readonly BillLine[];
  readonly looks: number;
}

export function figuresOf(world: FleetWorld, meter: Meter, { asks, fleet, size, world: plan }: WeekPlan): HostFigures {
  const operations = world.everyOperation();
  const byId = new Map(operations.map((row) => [row.id, row]));
  return {
    platform: plan.platform,
    fleet: fleet.counts,
    size,
    asked: asks.length,
    samples: samplesOf(world, meter, operations),
    virtualHours: world.timeline.nowMs / hourMs,
    ...{ ios: meter.ios, invocations: meter.invocations, messages: meter.messages, looks: meter.looks },
    events: Object.fromEntries(meter.events),
    calls: Object.fromEntries(meter.calls),
    people: Object.fromEntries(world.people.counts),
    deadLetters: countsOf([...meter.deadLetters.values()]),
    faults: meter.fates.figures((id) => byId.get(id)?.outcome),
    bill: meter.bill?.lines() ?? [],
  };
}

function samplesOf(world: FleetWorld, meter: Meter, operations: readonly OperationRecord[]): readonly Sample[] {
  const finalAt = finalStatesOf(world);
  return operations.map((row) => {
    const { request, outcome, state, code, reason, createdAt, endedAt = createdAt, id } = row;
    const [finalMs, toldMs] = [finalAt(row), meter.toldAtMs.get(id)];
    const wasSeen = finalMs !== undefined && toldMs !== undefined && toldMs >= finalMs && isByProvider(row);
    return {
      provider: providers[request.connection] ?? request.connection,
      kind: kindOf(row),
      ...{ outcome: outcome ?? state, code: code ?? "", reason: reason ?? "", tookMs: endedAt - createdAt },
      ...{ polls: meter.polls.get(id)?.count ?? 0, gapMs: meter.polls.get(id)?.gapMs ?? 0 },
      lagMs: wasSeen ? toldMs - finalMs : undefined,
    };
  });
}

/** Whether the end is the provider's, and not a deadline or a cancel of ours. */
const isByProvider = ({ outcome }: OperationRecord) =>
  outcome === "succeeded" || outcome === "failed" || outcome === "partially-succeeded";

const providers: Readonly<Record<string, string>> = {
  "sphere-demo": "Azure Sphere",
  "heat-openstack": "Heat upstream",
  "heat-otc": "Heat OTC",
  "heat-rackspace": "Heat Rackspace",
  "dps-demo": "Azure DPS",
  "panorama-demo": "AWS Panorama",
  "iot-demo": "AWS IoT",
};

/** Emulators by the names that calls to them are labelled with. */
export const providerOfCalls: Readonly<Record<string, string>> = {
  sphere: "Azure Sphere",
  heat: "Heat upstream",
  "heat-otc": "Heat OTC",
  "heat-rackspace": "Heat Rackspace",
  dps: "Azure DPS",
  panorama: "AWS Panorama",
  iot: "AWS IoT",
};

function kindOf({ request: { type }, children, parent }: OperationRecord): string {
  if (children) return "fan-out";
  if (parent !== undefined) return "one of a fan-out";
  return type.slice(type.lastIndexOf(".") + 1).replaceAll("-", " ");
}

const countsOf = (words: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
