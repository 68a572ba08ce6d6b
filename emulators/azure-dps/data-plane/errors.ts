import { type Answer, json } from "../../exchange/answer.ts";
import type { World } from "../world.ts";

/** The data plane's own error: a number of six digits, of which the first three are the status. */
export function dataPlaneError(world: World, status: number, errorCode: number, message: string, atMs: number): Answer {
  return json(status, {
    errorCode,
    trackingId: world.newId(),
    message,
    info: {},
    timestampUtc: new Date(atMs).toISOString(),
  });
}

export function unauthorized(world: World, atMs: number): Answer {
  return dataPlaneError(world, 401, 401_002, "Unauthorized", atMs);
}
