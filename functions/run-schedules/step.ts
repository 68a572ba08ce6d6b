import type { Schedule } from "../../lib/contracts/schedule.ts";
import type { AcceptOptions } from "../../lib/operations/accept.ts";
import { runSchedules as runDue } from "../../lib/schedules/run.ts";

/** Submits what is due. Runs on a timer; one that comes late, twice or beside another asks for the same operations. */
export function runSchedules(accept: AcceptOptions, schedules: readonly Schedule[]): Promise<number> {
  return runDue(accept, schedules);
}
