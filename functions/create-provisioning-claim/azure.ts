import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue create-provisioning-claim. */
export const register = (place: Place): void =>
  registerStep(place, "create-provisioning-claim", async () => (await import("./step.ts")).createProvisioningClaim);
