import type { Place } from "../azure/app.ts";
import { registerInbox } from "../azure/queue-functions.ts";

/** The function behind the inbox. */
export const register = (place: Place): void => registerInbox(place, "accept-request");
