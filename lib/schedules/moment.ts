import { durationMs } from "../contracts/duration.ts";
import { hashFraction } from "../contracts/identifiers.ts";
import type { ScheduleRecord } from "../contracts/operation.ts";
import type { Schedule } from "../contracts/schedule.ts";
import type { DueDates } from "./due.ts";
import { type Opening, openingAt } from "./window.ts";

/** Schedules are looked at this often: due dates are whole minutes or longer apart. */
export const lookEveryMs = 15_000;

/** A run that comes this much later than it should have is late, and shown as overdue until it has come. */
export const lateAfterMs = 5 * 60_000;

/** Two looks: whoever runs no later than this before a window closes has a look to run at, also when one comes late. */
const lastLooksMs = 2 * lookEveryMs;

/** The opening that a due date runs in; one that comes as a window closes waits for the next. */
function openingFor(window: NonNullable<Schedule["window"]>, due: number): Opening {
  return openingAt(window, due + lastLooksMs);
}

/** The due date, moved into the window and by the jitter. A window that has closed meanwhile: the next one. */
export function runAt({ name, window, jitter }: Schedule, due: number, now: number): number {
  const share = hashFraction(`${name}/${due}`);
  const wished = jitter === undefined ? 0 : durationMs(jitter) * share;
  if (!window) return Math.round(due + wished);
  const at = ({ from, to }: Opening) => {
    const earliest = Math.max(due, from);
    // Spread over what is left of the window where the jitter would leave it.
    return Math.round(earliest + Math.min(wished, Math.max(0, to - lastLooksMs - earliest) * share));
  };
  const first = openingFor(window, due);
  return now < first.to ? at(first) : at(openingAt(window, now));
}

/** Whether nobody was there in time: while its window was open, or soon after its due date where it has none. */
export function isMissed(schedule: Schedule, due: number, now: number): boolean {
  if (schedule.window) return now >= openingFor(schedule.window, due).to;
  return now > runAt(schedule, due, now) + lateAfterMs;
}

/** Due dates before this one that were never dealt with; counted no further than people care. */
export function missedBefore(dates: DueDates, record: ScheduleRecord, due: number): number {
  let count = 0;
  for (
    let at = dates.after(record.lastDue ?? record.since);
    at !== undefined && at < due && count < 1_000;
    at = dates.after(at)
  ) {
    count += 1;
  }
  return count;
}
