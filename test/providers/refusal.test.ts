import { describe, expect, test } from "vitest";
import { PermanentError, RetryableError, UnauthorizedError } from "../../lib/contracts/errors.ts";
import { refusalOf } from "../../lib/providers/refusal.ts";
import { answering, changeCall, readCall, sender } from "./support.ts";

async function refused(status: number, call = readCall()) {
  const { fetch } = answering(
    () => new Response(null, { status, headers: { "retry-after": "9", "request-id": "id-77" } }),
  );
  const answer = await sender(fetch).send(call);
  return refusalOf(answer, call, { said: "Nope", advice: "do better" });
}

/** The class that a status means, and what it proves about a creating call. */
const table = [
  [200, RetryableError, "unexpected-status", "possible"],
  [201, RetryableError, "unexpected-status", "possible"],
  [204, RetryableError, "unexpected-status", "possible"],
  [400, PermanentError, "refused-by-provider", "none"],
  [401, UnauthorizedError, "unauthorized", "none"],
  [402, PermanentError, "refused-by-provider", "none"],
  [403, UnauthorizedError, "forbidden", "none"],
  [404, PermanentError, "not-found", "none"],
  [405, PermanentError, "refused-by-provider", "none"],
  [408, RetryableError, "provider-unavailable", "possible"],
  [409, PermanentError, "conflict", "none"],
  [410, PermanentError, "refused-by-provider", "none"],
  [413, PermanentError, "too-large", "none"],
  [415, PermanentError, "refused-by-provider", "none"],
  [421, PermanentError, "refused-by-provider", "none"],
  [422, PermanentError, "refused-by-provider", "none"],
  [423, RetryableError, "provider-unavailable", "none"],
  [425, RetryableError, "provider-unavailable", "none"],
  [429, RetryableError, "throttled", "none"],
  [500, RetryableError, "provider-unavailable", "possible"],
  [501, RetryableError, "provider-unavailable", "possible"],
  [502, RetryableError, "provider-unavailable", "possible"],
  [503, RetryableError, "provider-unavailable", "possible"],
  [504, RetryableError, "provider-unavailable", "possible"],
  [599, RetryableError, "provider-unavailable", "possible"],
] as const;

describe("the class of a refusal", () => {
  test.each(table)("by status %i", async (status, errorClass, code, effect) => {
    const read = await refused(status);
    expect(read).toBeInstanceOf(errorClass);
    expect(read).toMatchObject({
      status,
      code,
      effect: "none",
      provider: "test",
      operation: "read-thing",
      requestId: "id-77",
    });
    expect(read.message).toBe(`Expected thing 1 from api.example, got ${status} Nope: do better`);
    if (read instanceof RetryableError) expect(read.retryAfterMs).toBe(9_000);
    const create = await refused(status, changeCall());
    expect(create).toBeInstanceOf(errorClass);
    expect(create).toMatchObject({ effect });
  });
});
