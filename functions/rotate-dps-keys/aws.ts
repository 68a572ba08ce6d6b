import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { rotateDpsKeys } from "./step.ts";

/** The function behind the queue rotate-dps-keys. */
export const bind = (host?: AwsHost) => stepFunction(rotateDpsKeys, host);

export const handler = bind();
