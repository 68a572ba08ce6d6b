import type { PlatformName } from "./host-profile.ts";
import type { Chain } from "./requests.ts";
import type { Submission, WorldPlan } from "./world-plan.ts";

/** Worlds in which nothing goes wrong: what they pass through are the boundaries at which everything is crashed. */
export interface Scenario {
  readonly name: string;
  readonly plan: (platform: PlatformName) => WorldPlan | undefined;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

export function calmPlan(
  platform: PlatformName,
  submissions: readonly Submission[],
  more: Partial<WorldPlan> = {},
): WorldPlan {
  return {
    ...{ seed: 4711, platform, activeMs: 30 * minuteMs, submissions },
    pace: { sphereMs: 60_000, heatMs: 60_000, dpsMs: 20_000, panoramaMs: 60_000, canThrottle: false },
    configured: { approvals: [], heatLimits: {}, usualPace: true },
    temper: { jitterMs: 0, duplicates: 0, duplicatesLeft: 0 },
    ...{ skewMs: 0, jumps: [], cloudFaults: [], defects: [], pauses: [], garbage: [] },
    ...{ hasSchedule: false, installersInFour: 4, untilForgotten: false, isCalm: true },
    ...more,
  };
}

export const ask = (chain: Chain, data: Submission["data"] = {}, atMs = 1_000): Submission => ({
  chain,
  atMs,
  copies: 1,
  data,
});
export const scenario = (
  name: string,
  submissions: readonly Submission[],
  more: Partial<WorldPlan> = {},
): Scenario => ({
  name,
  plan: (platform) => calmPlan(platform, submissions, more),
});

export const configured = (more: Partial<WorldPlan["configured"]>): Partial<WorldPlan> => ({
  configured: { approvals: [], heatLimits: {}, usualPace: true, ...more },
});
