import { describe, expect, test } from "vitest";
import { RetryableError } from "../../../lib/contracts/errors.ts";
import { type Asked, failureOf } from "../../../lib/platforms/azure/failures.ts";
import { shownBy } from "./patience.ts";

const asked: Asked = {
  provider: "storage-queues",
  about: "the queue inbox to take a message",
  role: "Storage Queue Data Message Sender",
  whenMissing: "create the queue",
};
const thrown = (members: object, cause?: unknown) =>
  Object.assign(new Error("content-of a message", cause === undefined ? {} : { cause }), members);

describe("failures on azure", () => {
  test.each([
    [thrown({ code: "ENOTFOUND" }), "connection-lost", "none"],
    [
      thrown({ name: "RestError", code: "REQUEST_SEND_ERROR" }, thrown({ code: "ECONNREFUSED" })),
      "connection-lost",
      "none",
    ],
    [thrown({ name: "TypeError" }, thrown({ code: "UND_ERR_SOCKET" })), "connection-lost", "possible"],
    [thrown({ name: "RestError", code: "ECONNRESET" }), "connection-lost", "possible"],
    [thrown({ name: "AbortError" }), "timeout", "possible"],
    [thrown({ name: "TimeoutError", code: 23 }), "timeout", "possible"],
    [thrown({ name: "RestError", code: "PARSE_ERROR", statusCode: 200 }), "answer-unreadable", "possible"],
    [thrown({ statusCode: 503, details: { errorCode: "ServerBusy" } }), "throttled", "none"],
    [thrown({ statusCode: 409, details: { errorCode: "InvalidBlobOrBlock" } }), "conflict", "none"],
  ])("tells what passes, and what it may have done: %o", (error, code, effect) => {
    const failure = failureOf(error, asked);
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure).toMatchObject({ code, effect, provider: "storage-queues" });
    expect(shownBy(failure)).not.toContain("content-of");
  });

  test.each([
    thrown({ name: "RangeError", code: "ERR_OUT_OF_RANGE" }),
    new RangeError("content-of"),
    thrown({ code: "ERR_INVALID_URL" }),
  ])("tells a defect of ours from trouble that passes: %o", (error) => {
    const failure = failureOf(error, asked);
    expect(failure.name).toBe("Error");
    expect(shownBy(failure)).not.toContain("content-of");
  });

  test("keeps the service's id of a request, and nothing else that it says", () => {
    const details = { errorCode: "not a code: content-of", requestId: "11111111-0000-4000-8000-000000000000" };
    expect(failureOf(thrown({ statusCode: 500, details }), asked)).toMatchObject({
      requestId: details.requestId,
      status: 500,
      message: expect.not.stringContaining("content-of"),
    });
  });
});
