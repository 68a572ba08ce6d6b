import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { awaitChildrenStep } from "./step.ts";

/** The function behind the queue await-children. */
export const bind = (host?: AwsHost) => stepFunction(awaitChildrenStep, host);

export const handler = bind();
