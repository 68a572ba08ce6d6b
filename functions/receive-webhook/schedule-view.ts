import type { JsonObject } from "../../lib/contracts/json.ts";
import type { Schedule } from "../../lib/contracts/schedule.ts";
import type { ScheduleState } from "../../lib/schedules/run.ts";

/** What people and programs see of a schedule. Nothing is next for one that is disabled. */
export function scheduleView(
  schedule: Schedule,
  { record, nextDue, nextRunAt, overdue, problem = record.lastProblem }: ScheduleState,
): JsonObject {
  const { name, enabled, every, cron, timeZone, window } = schedule;
  const { lastDue, lastRunAt, lastOperation, skipped } = record;
  return {
    name,
    enabled,
    ...(every === undefined ? {} : { every }),
    ...(cron === undefined ? {} : { cron }),
    timeZone,
    ...(window === undefined ? {} : { window: windowView(window) }),
    ...time("lastDue", lastDue),
    ...time("lastRunAt", lastRunAt),
    ...(lastOperation === undefined ? {} : { lastOperation }),
    ...(enabled ? { ...time("nextDue", nextDue), ...time("nextRunAt", nextRunAt) } : {}),
    overdue,
    skipped,
    ...(problem === undefined ? {} : { lastProblem: problem }),
  };
}

function windowView({ days, from, to, timeZone }: NonNullable<Schedule["window"]>): JsonObject {
  return { ...(days === undefined ? {} : { days }), from, to, timeZone };
}

function time(name: string, ms: number | undefined): JsonObject {
  return ms === undefined ? {} : { [name]: new Date(ms).toISOString() };
}
