import { describeDuration, durationMs } from "../contracts/duration.ts";
import { messageOf } from "../contracts/errors.ts";
import { limits } from "../contracts/limits.ts";
import type { Calendar, Schedule, TimingRemark } from "../contracts/schedule.ts";
import { checkCron, dueDatesOf } from "./due.ts";
import { openingAt } from "./window.ts";

/** Due dates that are looked at: weeks of a daily schedule. */
const looksAhead = 32;

/** What the checks of a configuration ask about times. */
export const calendar: Calendar = { checkCron, remarksOn };

function remarksOn(schedule: Schedule, nowMs: number): TimingRemark[] {
  const dates = nextDates(schedule, nowMs);
  if (dates.length === 0) {
    return [
      { level: "problem", field: "cron", message: "expected a date that comes some day, got one that never does" },
    ];
  }
  return [...intervalRemarks(schedule, dates), ...windowRemarks(schedule, dates)];
}

/** A window that cannot be told is said of this schedule, and keeps nobody from hearing of the others. */
function windowRemarks(schedule: Schedule, dates: readonly number[]): TimingRemark[] {
  try {
    return sharedOpenings(schedule, dates);
  } catch (error) {
    const message = `expected a window whose openings can be told, got one of which none can: ${messageOf(error)}`;
    return [{ level: "problem", field: "window", message }];
  }
}

function intervalRemarks({ every, jitter, request }: Schedule, dates: readonly number[]): TimingRemark[] {
  const gaps = dates.slice(1).map((date, index) => date - (dates[index] ?? 0));
  const interval = every === undefined ? Math.min(...gaps) : durationMs(every);
  const deadline = request.data["deadline"];
  const jitterMs = jitter === undefined ? 0 : durationMs(jitter);
  const deadlineMs = typeof deadline === "string" ? durationMs(deadline) : limits.deadlineDefaultMs;
  const found = (ms: number) =>
    `got ${describeDuration(ms)}, with ${describeDuration(interval)} from one due date to the next`;
  const remarks: TimingRemark[] = [];
  if (jitterMs > interval) {
    const message = `expected no more than the interval, ${found(jitterMs)}: runs overtake each other and are put together`;
    remarks.push({ level: "warning", field: "jitter", message });
  }
  if (deadlineMs > interval) {
    const message = `deadline: expected no more than the interval, ${found(deadlineMs)}: a run can begin while the one before is at work`;
    remarks.push({ level: "warning", field: "request", message });
  }
  return remarks;
}

/** Due dates that wait for the same opening. */
function sharedOpenings({ window }: Schedule, dates: readonly number[]): TimingRemark[] {
  if (!window) return [];
  const openings = dates.flatMap((date) => {
    const { from } = openingAt(window, date);
    return from > date ? [from] : [];
  });
  if (new Set(openings).size === openings.length) return [];
  const message =
    "expected a window for each due date, got several due dates before one window opens: they are put together and run once";
  return [{ level: "warning", field: "window", message }];
}

function nextDates(schedule: Schedule, nowMs: number): number[] {
  const dates: number[] = [];
  const { after } = dueDatesOf(schedule, nowMs);
  for (let next = after(nowMs); next !== undefined && dates.length < looksAhead; next = after(next)) dates.push(next);
  return dates;
}
