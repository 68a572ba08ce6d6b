import type { Place } from "../azure/app.ts";
import { registerSweep } from "../azure/timer-functions.ts";

/** Called every minute: looks after what is overdue. */
export const register = (place: Place): void => registerSweep(place, "sweep-overdue");
