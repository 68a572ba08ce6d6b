import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeDuration, durationMs, isDuration } from "../../lib/contracts/duration.ts";
import { InvalidInputError } from "../../lib/contracts/errors.ts";

describe("durationMs", () => {
  test.each([
    ["PT1S", 1_000],
    ["PT0.25S", 250],
    ["PT1.5S", 1_500],
    ["PT30M", 1_800_000],
    ["PT2H", 7_200_000],
    ["P90D", 7_776_000_000],
    ["P1DT2H3M4.005S", 93_784_005],
    ["PT0S", 0],
    ["P0D", 0],
    ["P00001D", 86_400_000],
  ])("reads %s as %d ms", (text, ms) => {
    expect(isDuration(text)).toBe(true);
    expect(durationMs(text)).toBe(ms);
  });

  test.each([
    ...["", "P", "PT", "P1DT", "1S", "30M", "P1M", "P1Y", "P2W", "PT1D", "P1H", "-PT1S", "PT-1S", "PT1,5S", "PT1.S"],
    ...["PT.5S", "PT1.0005S", "pt1s", "PT1s", " PT1S", "PT1S ", "PT1S\n", "PT1S1M", "PT1e3S", "P100000D", "PT٣S"],
  ])("refuses %j", (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => durationMs(text)).toThrow(InvalidInputError);
  });

  test("agrees with the sum of its parts", () => {
    const parts = fc.tuple(fc.nat(99_999), fc.nat(999_999), fc.nat(9_999_999), fc.nat(99_999_999), fc.nat(999));
    fc.assert(
      fc.property(parts, ([days, hours, minutes, seconds, ms]) => {
        const text = `P${days}DT${hours}H${minutes}M${seconds}.${String(ms).padStart(3, "0")}S`;
        expect(durationMs(text)).toBe((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms);
      }),
    );
  });
});

describe("describeDuration", () => {
  test.each([
    [-5, "0 ms"],
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1 s"],
    [119_000, "119 s"],
    [120_000, "2 min"],
    [7_199_000, "120 min"],
    [7_200_000, "2 h"],
    [172_800_000, "2 d"],
    [400 * 86_400_000, "400 d"],
  ])("says %d ms as %s", (ms, text) => {
    expect(describeDuration(ms)).toBe(text);
  });
});
