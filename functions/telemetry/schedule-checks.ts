import { lateAfterMs } from "../../lib/schedules/moment.ts";
import type { ScheduleState } from "../../lib/schedules/run.ts";
import type { HealthCheck } from "../receive-webhook/dependencies.ts";

/** Names that one line holds. */
const named = 5;

export function lined(entries: readonly string[]): string {
  const more = entries.length > named ? ` and ${entries.length - named} more` : "";
  return `${entries.slice(0, named).join(", ")}${more}`;
}

/** A run that should have begun, and has not. */
export function overdueSchedulesCheck(schedules: readonly ScheduleState[]): HealthCheck {
  const name = "overdue-schedules";
  const late = schedules
    .flatMap(({ name, overdue, nextRunAt }) => (overdue && nextRunAt !== undefined ? [{ name, at: nextRunAt }] : []))
    .sort((a, b) => a.at - b.at);
  const [first] = late;
  if (!first) return { name, ok: true, detail: "Every run has begun in time" };
  const entries = late.map(({ name, at }) => `${name} since ${new Date(at).toISOString()}`);
  const detail = `Due and not run: ${lined(entries)}: drover schedules list`;
  return { name, ok: false, detail, since: first.at + lateAfterMs };
}

/** A run that came, and was not accepted; or times that cannot be told, so that none will come. */
export function refusedSchedulesCheck(schedules: readonly ScheduleState[]): HealthCheck {
  const name = "refused-schedules";
  const refused = schedules
    .filter(({ enabled, problem, record }) => enabled && (problem ?? record.lastProblem) !== undefined)
    .map(({ name, problem, record }) => ({ name, at: problem === undefined ? record.lastRunAt : undefined }))
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  if (refused.length === 0) return { name, ok: true, detail: "The last request of each was accepted" };
  const entries = refused.map(({ name, at }) => (at === undefined ? name : `${name} at ${new Date(at).toISOString()}`));
  const detail = `Refused: ${lined(entries)}: drover schedules list says why`;
  const times = refused.flatMap(({ at }) => (at === undefined ? [] : [at]));
  return { name, ok: false, detail, ...(times.length > 0 ? { since: Math.min(...times) } : {}) };
}
