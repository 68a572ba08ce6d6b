import { messageOf } from "../contracts/errors.ts";
import { sha256Hex } from "../contracts/identifiers.ts";
import { limits } from "../contracts/limits.ts";
import type { ScheduleRecord } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { RejectedRequestError, scheduleSource } from "../contracts/request.ts";
import type { Schedule } from "../contracts/schedule.ts";
import { instruments } from "../contracts/telemetry.ts";
import { type AcceptOptions, type AskedBy, acceptRequest } from "../operations/accept.ts";
import { dueDatesOf } from "./due.ts";
import { isMissed, lateAfterMs, missedBefore, runAt } from "./moment.ts";
import { keep, lookUp, recordOf, withoutProblem } from "./record.ts";

export interface ScheduleState {
  readonly name: string;
  readonly enabled: boolean;
  readonly record: ScheduleRecord;
  /** The due date that comes next, or that waits for its window. */
  readonly nextDue?: number;
  /** When it runs: its due date, the window and the jitter together. */
  readonly nextRunAt?: number;
  readonly overdue: boolean;
  /** Why its times cannot be told: it does not run until its configuration is mended. */
  readonly problem?: string;
}

/** Looks at every schedule and submits what is due. One that cannot be looked after does not keep the others waiting. */
export async function runSchedules(accept: AcceptOptions, schedules: readonly Schedule[]): Promise<number> {
  let ran = 0;
  for (const schedule of schedules) {
    if (!schedule.enabled) continue;
    try {
      if (await runOne(accept, schedule)) ran += 1;
    } catch (error) {
      const { log } = accept.ports;
      log.warn("a schedule could not be looked after and is tried again", {
        schedule: schedule.name,
        error: messageOf(error),
      });
    }
  }
  return ran;
}

async function runOne(accept: AcceptOptions, schedule: Schedule): Promise<boolean> {
  const { ports } = accept;
  const { record, version } = await recordOf(ports, schedule);
  // Due dates are times of day of people, who look at the same clock.
  const now = ports.clock.wallMs();
  const lookedUntil = record.lastDue ?? record.since;
  if (lookedUntil > now + lateAfterMs) {
    // By a clock that was ahead. What ran then has its due date for a key, and is not asked for again.
    await keep(ports, { ...record, since: Math.min(record.since, now), lastDue: now }, version);
    return false;
  }
  const dates = dueDatesOf(schedule, record.since);
  const due = dates.lastUntil(now, lookedUntil);
  if (due === undefined) return false;
  const missed = missedBefore(dates, record, due);
  if (schedule.missed === "skip" && isMissed(schedule, due, now)) {
    await keep(ports, { ...record, lastDue: due, skipped: record.skipped + missed + 1 }, version);
    count(ports, schedule, "skipped", missed + 1);
    return false;
  }
  if (now < runAt(schedule, due, now)) return false;
  const { result, ...outcome } = await submit(accept, schedule, `${schedule.name}/${new Date(due).toISOString()}`);
  await keep(
    ports,
    { ...withoutProblem(record), ...outcome, lastDue: due, lastRunAt: now, skipped: record.skipped + missed },
    version,
  );
  count(ports, schedule, result, 1);
  if (missed > 0) count(ports, schedule, "skipped", missed);
  return true;
}

function count({ telemetry }: Ports, { name }: Schedule, result: string, by: number): void {
  telemetry?.count(instruments.scheduleRuns, by, name, result);
}

/**
 * Submits the schedule's request now, beside its due dates.
 * @param key makes a repeat by the same person or program the same request
 * @param note why, for the history
 */
export function runNow(accept: AcceptOptions, schedule: Schedule, key: string, by: string, note?: string) {
  const why = note === undefined ? {} : { note };
  const asked = `${schedule.name}/now/${by}/${key}`;
  // One that is too long is as much its own by its hash.
  const id = asked.length <= limits.identifierLength ? asked : `${schedule.name}/now/${sha256Hex(`${by}/${key}`)}`;
  return submitted(accept, schedule, id, { requestedBy: by, ...why });
}

/** The key is the due date: a schedule that fires twice asks once. */
async function submit(
  accept: AcceptOptions,
  schedule: Schedule,
  id: string,
): Promise<Pick<ScheduleRecord, "lastOperation" | "lastProblem"> & { readonly result: string }> {
  try {
    const { operation, kind } = await submitted(accept, schedule, id, { requestedBy: `schedule:${schedule.name}` });
    return { result: kind, lastOperation: operation };
  } catch (error) {
    if (!(error instanceof RejectedRequestError)) throw error;
    // It would be refused each time: shown to people, and tried again at the next due date.
    accept.ports.log.error("a scheduled request was refused", { schedule: schedule.name, error: error.message });
    return { result: "refused", lastProblem: error.message };
  }
}

function submitted(
  accept: AcceptOptions,
  { request }: Schedule,
  id: string,
  by: Pick<AskedBy, "requestedBy" | "note">,
) {
  const body = { specversion: "1.0", id, source: scheduleSource, ...request };
  return acceptRequest(accept, JSON.stringify(body), { ...by, trusted: true });
}

/** How every schedule stands, for people. One whose times cannot be told hides no other. */
export async function listSchedules(ports: Ports, schedules: readonly Schedule[]): Promise<readonly ScheduleState[]> {
  return Promise.all(
    schedules.map(async (schedule) => {
      const { name, enabled } = schedule;
      const { record } = await lookUp(ports, schedule);
      try {
        return { name, enabled, record, ...timesOf(schedule, record, ports.clock.wallMs()) };
      } catch (error) {
        return { name, enabled, record, overdue: false, problem: messageOf(error) };
      }
    }),
  );
}

function timesOf(
  schedule: Schedule,
  record: ScheduleRecord,
  now: number,
): Pick<ScheduleState, "nextDue" | "nextRunAt" | "overdue"> {
  const dates = dueDatesOf(schedule, record.since);
  const nextDue = dates.lastUntil(now, record.lastDue ?? record.since) ?? dates.after(now);
  if (nextDue === undefined) return { overdue: false };
  const nextRunAt = runAt(schedule, nextDue, now);
  return { nextDue, nextRunAt, overdue: schedule.enabled && now > nextRunAt + lateAfterMs };
}
