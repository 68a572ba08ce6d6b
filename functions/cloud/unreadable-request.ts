import { problemResponse } from "../receive-webhook/problem.ts";

/** To a method or a header that no request can have: whoever sent it made a mistake, and nobody has to be woken. */
export const unreadableRequest = (): Response =>
  problemResponse(400, "invalid-request", "Expected a method and headers as HTTP has them, got others");
