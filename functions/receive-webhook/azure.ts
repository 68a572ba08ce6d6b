import type { Place } from "../azure/app.ts";
import { registerHttp } from "../azure/http-function.ts";

/** The HTTP application, on every path. */
export const register = (place: Place): void => registerHttp(place, "receive-webhook");
