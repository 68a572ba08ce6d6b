import type { Configuration } from "../contracts/configuration.ts";
import type { Calendar, Schedule } from "../contracts/schedule.ts";
import { type Finding, problem } from "./finding.ts";

export interface ScheduleContext {
  readonly nowMs: number;
  readonly calendar: Calendar;
  /** Kind of connection that a type of request needs. */
  readonly connectionKindFor: (requestType: string) => string | undefined;
}

/** What a schedule that can be read would still do otherwise than its author thinks. */
export function scheduleFindings(
  configuration: Pick<Configuration, "schedules" | "connections">,
  readable: readonly Schedule[],
  context: ScheduleContext,
): Finding[] {
  return readable.flatMap((schedule) => {
    const path = `schedules.${configuration.schedules.findIndex(({ name }) => name === schedule.name)}`;
    const remarks = context.calendar.remarksOn(schedule, context.nowMs);
    return [
      ...connectionFindings(configuration, schedule, path, context),
      ...remarks.map(({ level, field, message }): Finding => ({ level, path: `${path}.${field}`, message })),
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
