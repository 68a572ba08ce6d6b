import type { Place } from "../azure/app.ts";
import { registerSchedules } from "../azure/timer-functions.ts";

/** Called every minute: submits what is due. */
export const register = (place: Place): void => registerSchedules(place, "run-schedules");
