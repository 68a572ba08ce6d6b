import { durationMs } from "../contracts/duration.ts";
import { messageOf } from "../contracts/errors.ts";
import { hashFraction } from "../contracts/identifiers.ts";
import type { ScheduleRecord } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { RejectedRequestError, scheduleSource } from "../contracts/request.ts";
import type { Schedule } from "../contracts/schedule.ts";
import { type AcceptOptions, type AskedBy, acceptRequest } from "../operations/accept.ts";
import { type DueDates, dueDatesOf } from "./due.ts";
import { keep, lookUp, recordOf, withoutProblem } from "./record.ts";
import { openingAt } from "./window.ts";

/** A run that comes this much later than it should have is late, and shown as overdue until it has come. */
export const lateAfterMs = 5 * 60_000;

export interface ScheduleState {
  readonly name: string;
  readonly enabled: boolean;
  readonly record: ScheduleRecord;
  /** The due date that comes next, or that waits for its window. */
  readonly nextDue?: number;
  /** When it runs: its due date, the window and the jitter together. */
  readonly nextRunAt?: number;
  readonly overdue: boolean;
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
  const now = ports.clock.now();
  const dates = dueDatesOf(schedule, record.since);
  const due = dates.lastUntil(now, record.lastDue ?? record.since);
  if (due === undefined) return false;
  const missed = missedBefore(dates, record, due);
  if (schedule.missed === "skip" && isMissed(schedule, due, now)) {
    await keep(ports, { ...record, lastDue: due, skipped: record.skipped + missed + 1 }, version);
    return false;
  }
  if (now < runAt(schedule, due, now)) return false;
  const outcome = await submit(accept, schedule, `${schedule.name}/${new Date(due).toISOString()}`);
  await keep(
    ports,
    { ...withoutProblem(record), ...outcome, lastDue: due, lastRunAt: now, skipped: record.skipped + missed },
    version,
  );
  return true;
}

/**
 * Submits the schedule's request now, beside its due dates.
 * @param key makes a repeat the same request
 * @param note why, for the history
 */
export function runNow(accept: AcceptOptions, schedule: Schedule, key: string, by: string, note?: string) {
  const why = note === undefined ? {} : { note };
  return submitted(accept, schedule, `${schedule.name}/now/${key}`, { requestedBy: by, ...why });
}

/** The key is the due date: a schedule that fires twice asks once. */
async function submit(
  accept: AcceptOptions,
  schedule: Schedule,
  id: string,
): Promise<Pick<ScheduleRecord, "lastOperation" | "lastProblem">> {
  try {
    const { operation } = await submitted(accept, schedule, id, { requestedBy: `schedule:${schedule.name}` });
    return { lastOperation: operation };
  } catch (error) {
    if (!(error instanceof RejectedRequestError)) throw error;
    // It would be refused each time: shown to people, and tried again at the next due date.
    accept.ports.log.error("a scheduled request was refused", { schedule: schedule.name, error: error.message });
    return { lastProblem: error.message };
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

/** How every schedule stands, for people. */
export async function listSchedules(ports: Ports, schedules: readonly Schedule[]): Promise<readonly ScheduleState[]> {
  return Promise.all(
    schedules.map(async (schedule) => {
      const { record } = await lookUp(ports, schedule);
      const now = ports.clock.now();
      const dates = dueDatesOf(schedule, record.since);
      const waiting = dates.lastUntil(now, record.lastDue ?? record.since);
      const nextDue = waiting ?? dates.after(now);
      const nextRunAt = nextDue === undefined ? undefined : runAt(schedule, nextDue, now);
      return {
        name: schedule.name,
        enabled: schedule.enabled,
        record,
        ...(nextDue === undefined ? {} : { nextDue }),
        ...(nextRunAt === undefined ? {} : { nextRunAt }),
        overdue: schedule.enabled && nextRunAt !== undefined && now > nextRunAt + lateAfterMs,
      };
    }),
  );
}

/** The due date, moved into the window and by the jitter. A window that has closed meanwhile: the next one. */
function runAt({ name, window, jitter }: Schedule, due: number, now: number): number {
  const share = hashFraction(`${name}/${due}`);
  const wished = jitter === undefined ? 0 : durationMs(jitter) * share;
  if (!window) return Math.round(due + wished);
  const at = ({ from, to }: { readonly from: number; readonly to: number }) => {
    const earliest = Math.max(due, from);
    // Spread over what is left of the window where the jitter would leave it.
    return Math.round(earliest + Math.min(wished, Math.max(0, to - earliest - 1) * share));
  };
  const first = openingAt(window, due);
  return now < first.to ? at(first) : at(openingAt(window, now));
}

/** Whether nobody was there in time: while its window was open, or soon after its due date where it has none. */
function isMissed(schedule: Schedule, due: number, now: number): boolean {
  if (schedule.window) return now >= openingAt(schedule.window, due).to;
  return now > runAt(schedule, due, now) + lateAfterMs;
}

/** Due dates before this one that were never dealt with; counted no further than people care. */
function missedBefore(dates: DueDates, record: ScheduleRecord, due: number): number {
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
