import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue start-children. */
export const register = (place: Place): void =>
  registerStep(place, "start-children", async () => (await import("./step.ts")).startChildrenStep);
