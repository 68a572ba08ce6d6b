import { loadSchedules } from "../../lib/configuration/schedules.ts";
import { onceDone } from "../../lib/platforms/aws/deferred.ts";
import { plainFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { acceptOptionsOf } from "../accept-options.ts";
import { runSchedules } from "../run-schedules/step.ts";
import { type AwsHost, thisInstance } from "./host.ts";

export function scheduleFunction(host: AwsHost = thisInstance) {
  const open = onceDone(async () => {
    const configuration = await host.configuration();
    return {
      accept: acceptOptionsOf(configuration, host.platform()),
      schedules: await loadSchedules(configuration, calendar),
    };
  });
  return plainFunction(host.parts, async () => {
    const { accept, schedules } = await open();
    return { ran: await runSchedules(accept, schedules) };
  });
}
