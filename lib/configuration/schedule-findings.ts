import type { Configuration } from "../contracts/configuration.ts";
import { describeDuration, durationMs } from "../contracts/duration.ts";
import { limits } from "../contracts/limits.ts";
import type { Schedule } from "../contracts/schedule.ts";
import { dueDatesOf } from "../schedules/due.ts";
import { openingAt } from "../schedules/window.ts";
import { type Finding, problem, warning } from "./finding.ts";

export interface ScheduleContext {
  readonly nowMs: number;
  /** Kind of connection that a type of request needs. */
  readonly connectionKindFor: (requestType: string) => string | undefined;
}

/** Due dates that are looked at: weeks of a daily schedule. */
const looksAhead = 32;

/** What a schedule that can be read would still do otherwise than its author thinks. */
export function scheduleFindings(
  configuration: Pick<Configuration, "schedules" | "connections">,
  readable: readonly Schedule[],
  context: ScheduleContext,
): Finding[] {
  return readable.flatMap((schedule) => {
    const path = `schedules.${configuration.schedules.findIndex(({ name }) => name === schedule.name)}`;
    return [
      ...connectionFindings(configuration, schedule, path, context),
      ...timingFindings(schedule, path, context.nowMs),
    ];
  });
}

function connectionFindings(
  { connections }: Pick<Configuration, "connections">,
  { request }: Schedule,
  path: string,
  { connectionKindFor }: ScheduleContext,
): Finding[] {
  const name = String(request.data["connection"]);
  const kind = Object.hasOwn(connections, name) ? connections[name]?.kind : undefined;
  const wanted = connectionKindFor(request.type);
  if (kind === wanted) return [];
  const found = kind === undefined ? `${name}, which is not configured` : `${name} of kind ${kind}`;
  return [problem(`${path}.request`, `connection: expected one of kind ${wanted}, got ${found}`)];
}

function timingFindings(schedule: Schedule, path: string, nowMs: number): Finding[] {
  const dates = nextDates(schedule, nowMs);
  if (dates.length === 0)
    return [problem(`${path}.cron`, "expected a date that comes some day, got one that never does")];
  const { every, jitter, request } = schedule;
  const gaps = dates.slice(1).map((date, index) => date - (dates[index] ?? 0));
  const interval = every === undefined ? Math.min(...gaps) : durationMs(every);
  const deadline = request.data["deadline"];
  const deadlineMs = typeof deadline === "string" ? durationMs(deadline) : limits.deadlineDefaultMs;
  const longer = (ms: number) =>
    `got ${describeDuration(ms)}, with ${describeDuration(interval)} from one due date to the next`;
  const findings: Finding[] = [];
  if (jitter !== undefined && durationMs(jitter) > interval) {
    findings.push(
      warning(
        `${path}.jitter`,
        `expected less than the interval, ${longer(durationMs(jitter))}: runs overtake each other and are put together`,
      ),
    );
  }
  if (deadlineMs > interval) {
    findings.push(
      warning(
        `${path}.request`,
        `deadline: expected no more than the interval, ${longer(deadlineMs)}: a run can begin while the one before is at work`,
      ),
    );
  }
  if (sharesWindow(schedule, dates)) {
    findings.push(
      warning(
        `${path}.window`,
        "expected a window for each due date, got several due dates before one window opens: they are put together and run once",
      ),
    );
  }
  return findings;
}

function nextDates(schedule: Schedule, nowMs: number): number[] {
  const dates: number[] = [];
  const { after } = dueDatesOf(schedule, nowMs);
  for (let next = after(nowMs); next !== undefined && dates.length < looksAhead; next = after(next)) dates.push(next);
  return dates;
}

/** Whether two due dates wait for the same opening. */
function sharesWindow({ window }: Schedule, dates: readonly number[]): boolean {
  if (!window) return false;
  const openings = dates.flatMap((date) => {
    const { from } = openingAt(window, date);
    return from > date ? [from] : [];
  });
  return new Set(openings).size < openings.length;
}
