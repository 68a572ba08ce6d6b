import type { AwsHost } from "../aws/host.ts";
import { scheduleFunction } from "../aws/schedule-function.ts";

/** Called every minute: submits what is due. */
export const bind = (host?: AwsHost) => scheduleFunction(host);

export const handler = bind();
