import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { applyDpsChange } from "./step.ts";

/** The function behind the queue apply-dps-change. */
export const bind = (host?: AwsHost) => stepFunction(applyDpsChange, host);

export const handler = bind();
