import { describeDuration } from "../../lib/contracts/duration.ts";
import type { LocalFigures, SeenLetter } from "../../lib/platforms/local/figures.ts";
import { seenLetters } from "../../lib/platforms/local/figures.ts";
import type { ScheduleState } from "../../lib/schedules/run.ts";
import type { SinkState } from "../../lib/sinks/describe.ts";
import type { Activity, HealthCheck, StorageHealth } from "../receive-webhook/dependencies.ts";
import { overdueSchedulesCheck, refusedSchedulesCheck } from "./schedule-checks.ts";
import { sinkCheck } from "./sink-check.ts";

/** `degraded`: it works, and somebody should look. `unavailable`: nothing new is taken. */
export type HealthStatus = "ok" | "degraded" | "unavailable";

/** From here on a check is not ok. docs/observing.md names them. */
export const healthThresholds = {
  /** Of the time between two sweeps, and never less than `sweepAgeMs`. */
  sweepIntervals: 3,
  sweepAgeMs: 60_000,
  overdueMs: 300_000,
  messageMs: 120_000,
  deadLetterMs: 24 * 3_600_000,
} as const;

export interface PausedConnection {
  readonly name: string;
  readonly at: number;
  readonly by: string;
}

/** What the checks are made from. */
export interface HealthFacts {
  readonly now: number;
  readonly storage: StorageHealth;
  readonly activity: Activity;
  readonly sweepEveryMs: number;
  readonly paused: readonly PausedConnection[];
  /** As `drover schedules list` shows them; absent when the storage cannot be read. */
  readonly schedules?: readonly ScheduleState[] | undefined;
  /** As `drover sinks list` shows them; absent when the storage cannot be read. */
  readonly sinks?: readonly SinkState[] | undefined;
  /** Absent when the storage cannot be read. */
  readonly read?: { readonly figures: LocalFigures; readonly letters: readonly SeenLetter[] } | undefined;
}

export function statusOf(storageOk: boolean, checks: readonly HealthCheck[]): HealthStatus {
  if (!storageOk) return "unavailable";
  return checks.every(({ ok }) => ok) ? "ok" : "degraded";
}

/** Always the same checks, in the same order; what cannot be looked at is not ok. */
export function checksOf(facts: HealthFacts): HealthCheck[] {
  const { figures, letters } = facts.read ?? {};
  return [
    storageCheck(facts.storage),
    workerCheck(facts),
    sweepCheck(facts),
    figures ? overdueCheck(facts, figures) : unread("overdue-rows"),
    figures ? messageCheck(facts, figures) : unread("oldest-message"),
    letters ? deadLetterCheck(facts, letters) : unread("dead-letters"),
    pausedCheck(facts.paused),
    facts.schedules ? overdueSchedulesCheck(facts.schedules) : unread("overdue-schedules"),
    facts.schedules ? refusedSchedulesCheck(facts.schedules) : unread("refused-schedules"),
    facts.sinks ? sinkCheck(facts.sinks, facts.now) : unread("sinks"),
  ];
}

export const unread = (name: string): HealthCheck => ({ name, ok: false, detail: "The storage cannot be read" });

function storageCheck(storage: StorageHealth): HealthCheck {
  if (storage.ok) return { name: "storage", ok: true, detail: "The disk stores what it is given" };
  return { name: "storage", ok: false, detail: storage.reason, since: storage.since };
}

function workerCheck({ activity }: HealthFacts): HealthCheck {
  const { working, running, startedAt } = activity;
  if (working) return { name: "worker", ok: true, detail: `Handles ${running} messages now` };
  const detail = "Requests are taken, and nothing carries them out: drover start";
  return { name: "worker", ok: false, detail, since: startedAt };
}

function sweepCheck({ now, activity, sweepEveryMs }: HealthFacts): HealthCheck {
  const allowedMs = Math.max(healthThresholds.sweepAgeMs, healthThresholds.sweepIntervals * sweepEveryMs);
  const from = activity.sweptAt ?? activity.startedAt;
  const ageMs = Math.max(0, now - from);
  const ok = ageMs <= allowedMs;
  const what = activity.sweptAt === undefined ? "No sweep since the start" : "The last sweep ended";
  const detail = `${what} ${describeDuration(ageMs)} ago`;
  return ok ? { name: "sweep", ok, detail } : { name: "sweep", ok, detail, since: from + allowedMs };
}

function overdueCheck({ now, sweepEveryMs }: HealthFacts, figures: LocalFigures): HealthCheck {
  const name = "overdue-rows";
  const allowedMs = Math.max(healthThresholds.overdueMs, healthThresholds.sweepIntervals * sweepEveryMs);
  const lateMs = figures.firstDueAt === undefined ? 0 : now - figures.firstDueAt;
  if (lateMs <= 0) return { name, ok: true, detail: "No row waits for a sweep" };
  const detail = `${figures.overdueRows} rows wait for a sweep, the first for ${describeDuration(lateMs)}`;
  return lateMs <= allowedMs
    ? { name, ok: true, detail }
    : { name, ok: false, detail, since: now - lateMs + allowedMs };
}

function messageCheck({ now }: HealthFacts, { queues }: LocalFigures): HealthCheck {
  const name = "oldest-message";
  const [oldest] = queues
    .flatMap(({ queue, firstReadyAt }) => (firstReadyAt === undefined ? [] : [{ queue, firstReadyAt }]))
    .sort((a, b) => a.firstReadyAt - b.firstReadyAt);
  const lateMs = oldest ? now - oldest.firstReadyAt : 0;
  if (!oldest || lateMs <= 0) return { name, ok: true, detail: "No message is ready and waits" };
  const detail = `A message on ${oldest.queue} has been ready for ${describeDuration(lateMs)}`;
  if (lateMs <= healthThresholds.messageMs) return { name, ok: true, detail };
  return { name, ok: false, detail, since: oldest.firstReadyAt + healthThresholds.messageMs };
}

/** Dead letters of the last 24 hours that nobody has redriven. */
export function openLetters(letters: readonly SeenLetter[], now: number): SeenLetter[] {
  return letters.filter(({ at, redriven }) => !redriven && at > now - healthThresholds.deadLetterMs);
}

export function deadLetterCheck({ now }: Pick<HealthFacts, "now">, letters: readonly SeenLetter[]): HealthCheck {
  const name = "dead-letters";
  const open = openLetters(letters, now);
  if (open.length === 0) return { name, ok: true, detail: "None in the last 24 h that nobody has redriven" };
  const count = open.length >= seenLetters ? `${seenLetters} or more` : String(open.length);
  const queues = [...new Set(open.map(({ queue }) => queue))].slice(0, 5).join(", ");
  const detail = `${count} in the last 24 h, not redriven, from ${queues}: drover dead-letters list`;
  return { name, ok: false, detail, since: Math.min(...open.map(({ at }) => at)) };
}

export function pausedCheck(paused: readonly PausedConnection[]): HealthCheck {
  const name = "paused-connections";
  if (paused.length === 0) return { name, ok: true, detail: "None" };
  const named = paused.map((one) => `${one.name} by ${one.by}`).join(", ");
  const detail = `${named}: drover connections resume`;
  return { name, ok: false, detail, since: Math.min(...paused.map(({ at }) => at)) };
}
