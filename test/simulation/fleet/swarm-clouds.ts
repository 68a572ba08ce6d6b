import type { SeededRandomness } from "../virtual-clock.ts";
import { type CloudFault, type CloudName, cloudNames } from "./world-plan.ts";

type Fault = CloudFault["fault"];

interface Bounds {
  /** With the usual pace, what lands late may land later: the settling times are longer. */
  readonly usualPace: boolean;
  readonly canLandLate: boolean;
}

const minuteMs = 60_000;

/** What every cloud can do, in its own words. */
function faultsOf(cloud: CloudName, { usualPace, canLandLate }: Bounds): readonly Fault[] {
  const hang: Fault = cloud === "heat" ? { kind: "hang" } : { kind: "silence" };
  const bodies = cloud === "heat" ? ["text-503", "html", "empty"] : ["html", "text", "empty"];
  const all: Fault[] = [
    { kind: "status", status: 503, body: bodies[0] },
    { kind: "status", status: 500, body: bodies[1], takesEffect: true },
    { kind: "status", status: 502, body: bodies[2] },
    { kind: "status", status: 429, retryAfterSeconds: 30 },
    { kind: "drop" },
    { kind: "drop", takesEffect: true },
    { kind: "slow", delayMs: 15_000 },
    { kind: "slow", delayMs: 45_000 },
    hang,
  ];
  if (canLandLate && cloud !== "vaults") all.push({ kind: "late-landing", landsAfterMs: usualPace ? 40_000 : 8_000 });
  if (cloud !== "heat") all.push({ kind: "cut-json" }, { kind: "cut-connection" });
  if (cloud === "sphere") all.push({ kind: "foreign-pointers", origin: "https://elsewhere.example" });
  if (cloud === "dps") all.push({ kind: "foreign-status-url", origin: "https://elsewhere.example" });
  if (cloud === "heat") all.push({ kind: "token-refused-once" });
  return all;
}

/** Outages and moods of providers, each for a while and for a share of the requests. */
export function cloudFaultsOf(random: SeededRandomness, activeMs: number, bounds: Bounds): readonly CloudFault[] {
  if (random.fraction() < 0.3) return [];
  return Array.from({ length: 1 + random.below(5) }, () => {
    const cloud = cloudNames[random.below(cloudNames.length)] ?? "sphere";
    const faults = faultsOf(cloud, bounds);
    const fault = faults[random.below(faults.length)] ?? { kind: "drop" };
    const probability = [0.05, 0.3, 1][random.below(3)] ?? 0.3;
    const isBrief = probability === 1;
    return {
      cloud,
      fromMs: random.below(Math.round(activeMs * 0.7)),
      forMs: (isBrief ? 1 + random.below(30) : 10 + random.below(24 * 60)) * minuteMs,
      fault: { ...fault, probability },
    };
  });
}
