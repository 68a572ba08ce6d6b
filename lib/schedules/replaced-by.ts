import { durationMs } from "../contracts/duration.ts";
import type { Schedule } from "../contracts/schedule.ts";
import { dueDatesOf } from "./due.ts";
import { openingAt } from "./window.ts";

/** Runs have work to do until what they make is there. */
const workMs = 3_600_000;

/**
 * Until when a schedule should have replaced what was made at that moment: an interval later, with its window and its jitter.
 * Undefined where it has no further due dates.
 * @param madeAt milliseconds since 1970
 */
export function replacedBy(schedule: Schedule, madeAt: number): number | undefined {
  const interval = intervalMs(schedule, madeAt);
  if (interval === undefined) return undefined;
  const { window, jitter } = schedule;
  const wished = madeAt + interval;
  return (window ? openingAt(window, wished).to : wished + (jitter === undefined ? 0 : durationMs(jitter))) + workMs;
}

/** From one due date to the next, as they lie around that moment. */
function intervalMs(schedule: Schedule, at: number): number | undefined {
  if (schedule.every !== undefined) return durationMs(schedule.every);
  const dates = dueDatesOf(schedule, at);
  const first = dates.after(at);
  const next = first === undefined ? undefined : dates.after(first);
  return first === undefined || next === undefined ? undefined : next - first;
}
