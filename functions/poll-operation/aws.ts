import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { pollOperation } from "./step.ts";

/** The function behind the queue poll-operation. */
export const bind = (host?: AwsHost) => stepFunction(pollOperation, host);

export const handler = bind();
