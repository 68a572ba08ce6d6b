import { problemResponse } from "./problem.ts";

/** @param waitMs after which the same request may be sent again */
export function tooMany(waitMs: number, code: string, detail: string): Response {
  const headers = { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) };
  return problemResponse(429, code, detail, { headers });
}

export const tooManyRequests = (waitMs: number): Response =>
  tooMany(
    waitMs,
    "too-many-requests",
    "Expected fewer requests, got more than this client may send in a minute: each event of a batch counts as one",
  );
