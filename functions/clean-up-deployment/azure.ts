import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue clean-up-deployment. */
export const register = (place: Place): void =>
  registerStep(place, "clean-up-deployment", async () => (await import("./step.ts")).cleanUpDeployment);
