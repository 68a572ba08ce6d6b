import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { cleanUpDeployment } from "./step.ts";

/** The function behind the queue clean-up-deployment. */
export const bind = (host?: AwsHost) => stepFunction(cleanUpDeployment, host);

export const handler = bind();
