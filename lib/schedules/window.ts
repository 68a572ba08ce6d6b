import { Temporal } from "temporal-polyfill";
import { type Schedule, weekdays } from "../contracts/schedule.ts";

type Window = NonNullable<Schedule["window"]>;

export interface Opening {
  readonly from: number;
  /** Not part of it. */
  readonly to: number;
}

/** Days that are looked through for a window. A clock change can leave out the one opening of a week, and that of another one soon. */
const daysAhead = 60;

/**
 * The window that is open at that moment, or else the next one. Times that a clock change skips come as much later; a window that
 * it leaves out altogether is skipped.
 */
export function openingAt(window: Window, ms: number): Opening {
  const { timeZone, days = weekdays } = window;
  const today = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate();
  // One that crosses midnight may have opened yesterday.
  for (let offset = -1; offset < daysAhead; offset += 1) {
    const date = today.add({ days: offset });
    const weekday = weekdays[date.dayOfWeek - 1];
    if (weekday === undefined || !days.includes(weekday)) continue;
    const opening = openingOn(window, date);
    if (opening.to > ms && opening.from < opening.to) return opening;
  }
  throw new Error(`Expected a window that opens within ${daysAhead} days, got none: change its days or its times`);
}

function openingOn({ from, to, timeZone }: Window, date: Temporal.PlainDate): Opening {
  const at = (day: Temporal.PlainDate, time: string) =>
    day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
  return { from: at(date, from), to: at(to <= from ? date.add({ days: 1 }) : date, to) };
}
