import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { createProvisioningClaim } from "./step.ts";

/** The function behind the queue create-provisioning-claim. */
export const bind = (host?: AwsHost) => stepFunction(createProvisioningClaim, host);

export const handler = bind();
