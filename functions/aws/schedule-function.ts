import { plainFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { openSchedules } from "../cloud/schedules.ts";
import { type AwsHost, thisInstance } from "./host.ts";

export function scheduleFunction(host: AwsHost = thisInstance) {
  const open = onceDone(() => openSchedules(host));
  return plainFunction(host.parts, async () => ({ ran: await (await open())() }));
}
