import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue start-deployment. */
export const register = (place: Place): void =>
  registerStep(place, "start-deployment", async () => (await import("./step.ts")).startDeployment);
