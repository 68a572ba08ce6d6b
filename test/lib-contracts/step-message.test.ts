import { describe, expect, test } from "vitest";
import { InvalidInputError, UnsupportedVersionError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import {
  decodeStepMessage,
  encodeStepMessage,
  type StepMessage,
  stepMessageVersion,
} from "../../lib/contracts/step-message.ts";

const message: StepMessage = {
  v: stepMessageVersion,
  operation: operationIdOf("/ci", "1"),
  step: "poll-operation",
  seq: 3,
  n: 7,
  attempt: 0,
  deadline: 1_800_000_000_000,
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
};
const withField = (field: string, value: unknown) => JSON.stringify({ ...message, [field]: value });

describe("a step message", () => {
  test("comes back as it was sent", () => {
    expect(decodeStepMessage(encodeStepMessage(message))).toEqual(message);
  });

  test("is read without its trace, and with fields that a newer release added", () => {
    const { traceparent, ...untraced } = message;
    expect(traceparent).toBeDefined();
    expect(decodeStepMessage(encodeStepMessage(untraced))).toEqual(untraced);
    expect(decodeStepMessage(withField("later", { any: "thing" }))).toEqual(message);
  });

  test("of a newer version waits for the rollout to finish", () => {
    const decode = () => decodeStepMessage(JSON.stringify({ v: stepMessageVersion + 1, unreadable: true }));
    expect(decode).toThrow(UnsupportedVersionError);
    expect(decode).toThrow(/version 2: finish the rollout of the newer release/);
  });

  test.each([0, -1])("of version %d is too old", (v) => {
    expect(() => decodeStepMessage(withField("v", v))).toThrow(InvalidInputError);
    expect(() => decodeStepMessage(withField("v", v))).toThrow(/version 1 or newer/);
  });

  test("of every version that this release promises is read", () => {
    for (let v = Math.max(1, stepMessageVersion - 2); v <= stepMessageVersion; v += 1) {
      expect(decodeStepMessage(withField("v", v)).v).toBe(v);
    }
  });

  test.each([
    ["v", "1"],
    ["v", undefined],
    ["operation", "short"],
    ["operation", "A".repeat(52)],
    ["operation", undefined],
    ["step", "Poll"],
    ["step", "../x"],
    ["step", "x".repeat(65)],
    ["seq", -1],
    ["seq", 1.5],
    ["seq", "1"],
    ["n", 1e10],
    ["attempt", null],
    ["deadline", "later"],
    ["traceparent", "x".repeat(56)],
  ])("with %s = %j is refused", (field, value) => {
    expect(() => decodeStepMessage(withField(field, value))).toThrow(InvalidInputError);
  });

  test.each(["", "null", "[]", "7", "{", '"text"', `"${"x".repeat(5_000)}"`])("such as %j is refused", (body) => {
    expect(() => decodeStepMessage(body)).toThrow(InvalidInputError);
  });
});
