import { type SweepOptions, type Swept, sweep } from "../../lib/operations/sweep.ts";

/** Rows that one sweep looks at: bounds its time, and its rate. */
const rowsPerSweep = 500;

/** Sends again what was lost, ends what has expired, forgets what may be forgotten. Runs on a timer. */
export function sweepOverdue(options: Omit<SweepOptions, "limit">): Promise<Swept> {
  return sweep({ ...options, limit: rowsPerSweep });
}
