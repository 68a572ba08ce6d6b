import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { startChildrenStep } from "./step.ts";

/** The function behind the queue start-children. */
export const bind = (host?: AwsHost) => stepFunction(startChildrenStep, host);

export const handler = bind();
