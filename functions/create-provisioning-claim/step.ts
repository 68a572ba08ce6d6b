import { handOverStep } from "../hand-over/step.ts";

/** Makes a claim that a device provisions itself with at AWS IoT, and hands it over. */
export const createProvisioningClaim = handOverStep("create-provisioning-claim");
