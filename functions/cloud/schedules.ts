import { loadSchedules } from "../../lib/configuration/schedules.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { acceptOptionsOf } from "../accept-options.ts";
import { runSchedules } from "../run-schedules/step.ts";
import type { CloudHost } from "./host.ts";

/** Submits what is due, and tells how much that was. */
export async function openSchedules(host: CloudHost): Promise<() => Promise<number>> {
  const configuration = await host.configuration();
  const accept = acceptOptionsOf(configuration, host.platform());
  const schedules = await loadSchedules(configuration, calendar);
  return () => runSchedules(accept, schedules);
}
