import type { Schedule } from "../../../lib/contracts/schedule.ts";
import { replacedBy } from "../../../lib/schedules/replaced-by.ts";
import type { ScheduleState } from "../../../lib/schedules/run.ts";

export interface Due {
  readonly schedule: string;
  readonly nextDue?: number;
  readonly nextRunAt?: number;
  /** Absent: it is not overdue. */
  readonly overdueSince?: number;
}

export interface Scheduled {
  readonly schedule: Schedule;
  readonly state: ScheduleState;
}

/**
 * When a key is to be replaced next, by the schedule that does so first; undefined where none that is enabled does.
 * @param publishedAt the oldest of what its targets show (ms since 1970)
 */
export function dueOf(all: readonly Scheduled[], publishedAt: number | undefined, now: number): Due | undefined {
  const enabled = all.filter(({ schedule }) => schedule.enabled);
  const [first] = enabled.toSorted((one, other) => runAtOf(one) - runAtOf(other));
  if (!first) return undefined;
  const { nextDue, nextRunAt } = first.state;
  const since = sinceOf(first, publishedAt, now);
  return {
    schedule: first.schedule.name,
    ...(nextDue === undefined ? {} : { nextDue }),
    ...(nextRunAt === undefined ? {} : { nextRunAt }),
    ...(since === undefined ? {} : { overdueSince: since }),
  };
}

const runAtOf = ({ state }: Scheduled) => state.nextRunAt ?? Number.POSITIVE_INFINITY;

/** The schedule has not run, or it has and the key was not replaced. */
function sinceOf({ schedule, state }: Scheduled, publishedAt: number | undefined, now: number): number | undefined {
  if (state.overdue) return state.nextRunAt ?? state.nextDue;
  // Times that cannot be told say nothing.
  if (!publishedAt || state.problem !== undefined) return undefined;
  const by = replacedBy(schedule, publishedAt);
  return by !== undefined && now > by ? by : undefined;
}
