import type { Place } from "../azure/app.ts";
import { registerDeadLetters } from "../azure/queue-functions.ts";

/** The functions behind the poison queues: what was given up is written down. */
export const register = (place: Place): void => registerDeadLetters(place, "record-dead-letter");
