import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue apply-dps-change. */
export const register = (place: Place): void =>
  registerStep(place, "apply-dps-change", async () => (await import("./step.ts")).applyDpsChange);
