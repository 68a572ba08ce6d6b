import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue await-children. */
export const register = (place: Place): void =>
  registerStep(place, "await-children", async () => (await import("./step.ts")).awaitChildrenStep);
