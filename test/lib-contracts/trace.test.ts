import { describe, expect, test } from "vitest";
import { childTraceparent, traceparentOf } from "../../lib/contracts/trace.ts";

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("traceparentOf", () => {
  test("keeps a version 00 traceparent", () => {
    expect(traceparentOf(parent)).toBe(parent);
  });

  test.each([
    undefined,
    null,
    7,
    "",
    parent.toUpperCase(),
    parent.replace("00-", "01-"),
    parent.replace("00-", "ff-"),
    `${parent}-extra`,
    `${parent}\n`,
    ` ${parent}`,
    parent.slice(0, -1),
    parent.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
    parent.replace("00f067aa0ba902b7", "0".repeat(16)),
  ])("drops %j and never throws", (value) => {
    expect(traceparentOf(value)).toBeUndefined();
  });
});

test("childTraceparent keeps the trace and its flags and replaces the span", () => {
  const child = childTraceparent(parent, "b7ad6b7169203331");
  expect(child).toBe("00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01");
  expect(traceparentOf(child)).toBe(child);
});
