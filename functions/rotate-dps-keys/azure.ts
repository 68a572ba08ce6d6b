import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue rotate-dps-keys. */
export const register = (place: Place): void =>
  registerStep(place, "rotate-dps-keys", async () => (await import("./step.ts")).rotateDpsKeys);
