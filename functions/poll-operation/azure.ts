import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue poll-operation. */
export const register = (place: Place): void =>
  registerStep(place, "poll-operation", async () => (await import("./step.ts")).pollOperation);
