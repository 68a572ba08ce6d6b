import type { AwsHost } from "../aws/host.ts";
import { sweepFunction } from "../aws/sweep-function.ts";

/** Called every minute: looks after what is overdue. */
export const bind = (host?: AwsHost) => sweepFunction(host);

export const handler = bind();
