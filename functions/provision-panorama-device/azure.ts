import type { Place } from "../azure/app.ts";
import { registerStep } from "../azure/queue-functions.ts";

/** The function behind the queue provision-panorama-device. */
export const register = (place: Place): void =>
  registerStep(place, "provision-panorama-device", async () => (await import("./step.ts")).provisionPanoramaDevice);
