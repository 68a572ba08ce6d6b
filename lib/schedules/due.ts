import { Cron } from "croner";
import { Temporal } from "temporal-polyfill";
import { durationMs } from "../contracts/duration.ts";
import type { Schedule } from "../contracts/schedule.ts";

/** Due dates of a schedule: moments that follow from its definition alone, whoever looks and when. */
export interface DueDates {
  /** The first due date after that moment; undefined when there is none any more. */
  after(ms: number): number | undefined;
  /** The last one at or before it, and after `since`; undefined when there is none. */
  lastUntil(ms: number, since: number): number | undefined;
}

/** @param firstSeen when the schedule was first looked at: an interval without `start` counts from there (ms since 1970) */
export function dueDatesOf(schedule: Schedule, firstSeen: number): DueDates {
  if (schedule.cron !== undefined) return cronDates(schedule.cron, schedule.timeZone);
  const every = schedule.every ?? "P1D";
  const interval = durationMs(every);
  const first = schedule.start === undefined ? undefined : Date.parse(schedule.start);
  if (/^P\d+D$/.test(every)) return calendarDates(Number(every.slice(1, -1)), schedule.timeZone, first, firstSeen);
  return fixedDates(interval, first ?? firstSeen + interval);
}

/** @throws TypeError, RangeError for text that is no cron expression */
export function checkCron(cron: string): void {
  new Cron(cron, { timezone: "UTC" });
}

function cronDates(cron: string, timezone: string): DueDates {
  const job = new Cron(cron, { timezone });
  const after = (ms: number) => job.nextRun(new Date(ms))?.getTime();
  return {
    after,
    lastUntil(ms, since) {
      const [last] = job.previousRuns(1, new Date(ms + 1));
      const at = last?.getTime();
      return at !== undefined && at > since ? at : undefined;
    },
  };
}

function fixedDates(interval: number, first: number): DueDates {
  return {
    after: (ms) => (ms < first ? first : first + (Math.floor((ms - first) / interval) + 1) * interval),
    lastUntil(ms, since) {
      if (ms < first) return undefined;
      const at = first + Math.floor((ms - first) / interval) * interval;
      return at > since ? at : undefined;
    },
  };
}

/** The same time of day whatever the clocks do; one that a change skips comes as much later, as calendars do it. */
function calendarDates(days: number, timeZone: string, start: number | undefined, firstSeen: number): DueDates {
  const zoned = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
  const anchor = zoned(start ?? firstSeen);
  const at = (index: number) => anchor.add({ days: days * index }).epochMilliseconds;
  const lowest = start === undefined ? 1 : 0;
  /** Index of the last date at or before that moment; below `lowest` when there is none. */
  const indexAt = (ms: number) => {
    const guess = Math.floor((ms - anchor.epochMilliseconds) / (days * 86_400_000));
    const candidates = [guess + 1, guess, guess - 1].filter((index) => index >= lowest);
    return candidates.find((index) => at(index) <= ms) ?? lowest - 1;
  };
  return {
    after: (ms) => at(Math.max(lowest, indexAt(ms) + 1)),
    lastUntil(ms, since) {
      const index = indexAt(ms);
      if (index < lowest) return undefined;
      const found = at(index);
      return found > since ? found : undefined;
    },
  };
}
