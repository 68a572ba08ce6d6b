import { SeededRandomness } from "../virtual-clock.ts";
import { type IoFault, ioFaults, RandomFaults } from "./faults.ts";
import { type PlatformName, platforms } from "./host-profile.ts";
import { nobodys } from "./invariants/traffic.ts";
import { type Chain, chains } from "./requests.ts";
import { cloudFaultsOf } from "./swarm-clouds.ts";
import type { Submission, WorldPlan } from "./world-plan.ts";

/** What a run may be narrowed to. */
export interface Narrowed {
  readonly platform?: PlatformName | undefined;
  readonly chain?: Chain | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Chance decides which kinds of trouble a world has at all, so that rare ones meet undisturbed, and meet each other. */
export function planOf(seed: number, { platform, chain }: Narrowed = {}): WorldPlan {
  const random = new SeededRandomness(Math.imul(seed, 0x27d4_eb2f) ^ 0x5bd1_e995);
  const pick = <Value>(from: readonly Value[]): Value => from[random.below(from.length)] as Value;
  const chance = (share: number) => random.fraction() < share;
  const name = platform ?? platforms[seed % platforms.length] ?? "aws";
  const activeMs = pick([6, 24, 72, 168, 720]) * hourMs;
  const usualPace = chance(0.6);
  const canLandLate = chance(0.4);
  const restores = name === "local" && chance(0.15);
  /** On one machine nobody goes on beside the one that comes: two of them would hand over the same events. */
  const alone = (plan: WorldPlan): WorldPlan =>
    plan.rolloutAtMs === undefined ? plan : { ...plan, configured: { ...plan.configured, hasSinks: false } };
  const at = () => random.below(Math.round(activeMs * 0.7));
  return alone({
    seed,
    platform: name,
    activeMs,
    submissions: submissionsOf(random, at, chain),
    pace: {
      // A deployment is in the list when its operation has ended: the settling time is longer than that takes.
      sphereMs: usualPace ? pick([5_000, 60_000, 240_000]) : pick([1_000, 5_000]),
      heatMs: usualPace ? pick([4_000, 60_000, 1_200_000]) : 4_000,
      dpsMs: usualPace ? pick([4_000, 20_000, 120_000]) : 4_000,
      panoramaMs: usualPace ? pick([6_000, 60_000, 900_000]) : 6_000,
      canThrottle: chance(0.3),
    },
    configured: {
      approvals: chance(0.2) ? [pick(["drover.heat.*", "drover.azure-sphere.*", "drover.azure-dps.*"])] : [],
      hasSinks: name === "local" && chance(0.3),
      heatLimits: chance(0.3) ? { inFlight: 1 + random.below(3), changesPerMinute: 5 + random.below(50) } : {},
      usualPace,
    },
    temper: {
      jitterMs: chance(0.5) ? pick([50, 2_000, 60_000]) : 0,
      duplicates: chance(0.5) ? pick([0.01, 0.1, 0.5]) : 0,
      duplicatesLeft: 60,
    },
    skewMs: name !== "local" && chance(0.3) ? 2_000 : 0,
    // A wall clock that jumps far, and an effect that lands late, are more than any clock can tell apart.
    jumps: chance(0.2) ? [{ atMs: at(), byMs: canLandLate ? 5_000 : pick([-2 * hourMs, 30_000, 2 * hourMs]) }] : [],
    cloudFaults: cloudFaultsOf(random, activeMs, { usualPace, canLandLate }),
    defects: chance(0.15) ? [{ fromMs: at(), forMs: pick([1, 20]) * minuteMs }] : [],
    pauses: chance(0.2) ? [{ atMs: at(), forMs: pick([5, 240]) * minuteMs, connection: pick(connections) }] : [],
    ...(chance(0.2) ? { rolloutAtMs: at() } : {}),
    ...(restores ? { restore: restoreAt(at(), random) } : {}),
    garbage: chance(0.2) ? garbageOf(at) : [],
    hasSchedule: chance(0.2),
    installersInFour: random.below(5),
    comeInPairs: chance(0.3),
    untilForgotten: chance(0.9),
  });
}

const connections = ["sphere-demo", "heat-openstack", "dps-demo", "panorama-demo", "iot-demo"];

function submissionsOf(random: SeededRandomness, at: () => number, chain: Chain | undefined): readonly Submission[] {
  // A few chains at a time, each several times: their operations meet.
  const some = chains.filter(() => random.fraction() < 0.45);
  const wanted = chain ? [chain] : some.length > 0 ? some : chains;
  const burstAt = at();
  return Array.from({ length: 2 + random.below(10) }, (_, index) => {
    const isInBurst = random.fraction() < 0.5;
    const cancels = random.fraction() < 0.15;
    return {
      chain: wanted[index % wanted.length] ?? "sphere",
      atMs: isInBurst ? burstAt + random.below(60_000) : at(),
      copies: random.fraction() < 0.15 ? 2 : 1,
      ...(cancels ? { cancelAfterMs: 10 ** random.below(8), cancelBy: random.below(2) ? "inbox" : "door" } : {}),
    };
  });
}

function restoreAt(backupAtMs: number, random: SeededRandomness) {
  return { backupAtMs, atMs: backupAtMs + 1_000 * 4 ** random.below(8) };
}

/** What nobody should have sent. */
function garbageOf(at: () => number): WorldPlan["garbage"] {
  const step = { v: 1, operation: nobodys, step: "start-deployment", seq: 3, n: 0, attempt: 0, deadline: 0 };
  return [
    { atMs: at(), queue: "inbox", body: "{" },
    {
      atMs: at(),
      queue: "inbox",
      body: '{"specversion":"1.0","id":"x","source":"/fleet","type":"drover.unknown","data":{}}',
    },
    { atMs: at(), queue: "start-deployment", body: JSON.stringify(step) },
    { atMs: at(), queue: "poll-operation", body: JSON.stringify({ ...step, v: 0 }) },
    { atMs: at(), queue: "poll-operation", body: "not a message" },
  ];
}

/** Rates of the faults of single calls: most kinds are absent, the others strike between seldom and often. */
export function faultsOf(seed: number): RandomFaults {
  const random = new SeededRandomness(Math.imul(seed, 0x1656_67b1) ^ 0x2545_f491);
  const rates: Partial<Record<IoFault, number>> = {};
  for (const fault of ioFaults) {
    if (random.fraction() < 0.4) rates[fault] = 0.0005 * 3 ** random.below(5);
  }
  const slownessMs = [1, 20, 200, 3_000][random.below(4)] ?? 20;
  return new RandomFaults(random, rates, { slownessMs, most: 20 + random.below(150) });
}
