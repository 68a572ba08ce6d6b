import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { startDeployment } from "./step.ts";

/** The function behind the queue start-deployment. */
export const bind = (host?: AwsHost) => stepFunction(startDeployment, host);

export const handler = bind();
