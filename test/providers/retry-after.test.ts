import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryAfterMaxMs, retryAfterMsOf } from "../../lib/providers/retry-after.ts";

const now = Date.parse("2026-11-21T09:00:00Z");

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["7", 7_000],
    [" 120 ", 120_000],
    ["1.5", 1_500],
    ["99999999999999999999", retryAfterMaxMs],
    ["Sat, 21 Nov 2026 09:00:30 GMT", 30_000],
    ["Saturday, 21-Nov-26 09:00:30 GMT", 30_000],
    ["Sat Nov 21 09:00:30 2026", 30_000],
    ["Sat, 21 Nov 2026 08:00:00 GMT", 0],
    ["Sat, 21 Nov 2099 09:00:00 GMT", retryAfterMaxMs],
  ])("%s asks for %i ms", (header, ms) => {
    expect(retryAfterMsOf(header, now)).toBe(ms);
  });

  test.each([null, "", "soon", "-5", "1e9", "0x10", "NaN", "2026-11-21T09:00:30Z", "Sat, 99 Nov 2026 99:99:99 GMT"])(
    "%s asks for nothing",
    (header) => {
      expect(retryAfterMsOf(header, now)).toBeUndefined();
    },
  );

  test("never asks for less than nothing or more than a day, whatever it says", () => {
    const dates = fc.date({ noInvalidDate: true }).map((date) => date.toUTCString());
    const numbers = fc.oneof(fc.double(), fc.bigInt(), fc.nat()).map(String);
    fc.assert(
      fc.property(fc.oneof(fc.string(), numbers, dates), fc.date({ noInvalidDate: true }), (header, clock) => {
        const ms = retryAfterMsOf(header, clock.getTime());
        return ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= retryAfterMaxMs);
      }),
      { numRuns: 2_000 },
    );
  });
});
