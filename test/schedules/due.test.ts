import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Schedule, scheduleSchema } from "../../lib/contracts/schedule.ts";
import { dueDatesOf } from "../../lib/schedules/due.ts";
import { openingAt } from "../../lib/schedules/window.ts";

const scheduleOf = (timing: Record<string, unknown>): Schedule => {
  const request = { type: "drover.heat.deploy", data: {} };
  return { ...scheduleSchema.parse({ name: "s", request, ...timing }), request };
};
const at = (text: string) => Date.parse(text);
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

/** The due dates that follow, as they would be read from a clock on the wall of UTC. */
function following(timing: Record<string, unknown>, from: string, count: number): (string | undefined)[] {
  const dates = dueDatesOf(scheduleOf(timing), at("2026-01-01T00:00:00Z"));
  const found: (string | undefined)[] = [];
  for (let ms: number | undefined = at(from); found.length < count && ms !== undefined; ) {
    ms = dates.after(ms);
    found.push(iso(ms)?.slice(0, 16));
  }
  return found;
}

describe("due dates", () => {
  test("of days keep their time of day when the clocks go forward, and come later where it does not exist", () => {
    const timing = { every: "P1D", start: "2027-03-26T02:30:00+01:00", timeZone: "Europe/Berlin" };
    expect(following(timing, "2027-03-26T12:00:00Z", 3)).toEqual([
      "2027-03-27T01:30",
      "2027-03-28T01:30",
      "2027-03-29T00:30",
    ]);
  });

  test("of days keep their time of day when the clocks go back, and come once", () => {
    const timing = { every: "P1D", start: "2026-10-23T02:30:00+02:00", timeZone: "Europe/Berlin" };
    expect(following(timing, "2026-10-23T12:00:00Z", 3)).toEqual([
      "2026-10-24T00:30",
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  test("of hours keep their distance, whatever the clocks do", () => {
    const timing = { every: "PT24H", start: "2027-03-27T02:30:00+01:00", timeZone: "Europe/Berlin" };
    expect(following(timing, "2027-03-27T12:00:00Z", 2)).toEqual(["2027-03-28T01:30", "2027-03-29T01:30"]);
  });

  test("of a cron expression follow the clock of its time zone: none is left out in spring, none comes twice in autumn", () => {
    const timing = { cron: "30 2 * * *", timeZone: "Europe/Berlin" };
    const spring = following(timing, "2027-03-27T12:00:00Z", 2);
    expect(spring.map((date) => date?.slice(0, 10))).toEqual(["2027-03-28", "2027-03-29"]);
    expect(following(timing, "2026-10-24T12:00:00Z", 2)).toEqual(["2026-10-25T00:30", "2026-10-26T01:30"]);
  });

  test("of a quarter, with a first date", () => {
    expect(following({ every: "P90D", start: "2026-12-01T03:00:00Z" }, "2026-11-21T00:00:00Z", 2)).toEqual([
      "2026-12-01T03:00",
      "2027-03-01T03:00",
    ]);
  });

  const timings = fc.constantFrom<Record<string, unknown>>(
    { every: "P1D", timeZone: "Europe/Berlin" },
    { every: "P7D", start: "2026-05-05T02:30:00+02:00", timeZone: "America/New_York" },
    { every: "PT6H" },
    { every: "PT90M", start: "2026-02-03T04:05:06Z" },
    { cron: "15 2 * * Sun", timeZone: "Australia/Lord_Howe" },
    { cron: "*/7 * * * *" },
  );
  const moments = fc.integer({ min: at("2026-01-02T00:00:00Z"), max: at("2028-01-01T00:00:00Z") });

  test("agree with each other, whoever asks when", () => {
    fc.assert(
      fc.property(timings, moments, (timing, ms) => {
        const dates = dueDatesOf(scheduleOf(timing), at("2026-01-01T00:00:00Z"));
        const next = dates.after(ms) ?? 0;
        expect(next).toBeGreaterThan(ms);
        expect(dates.lastUntil(next, 0)).toBe(next);
        expect(dates.lastUntil(next - 1, 0) ?? 0).toBeLessThanOrEqual(ms);
        expect(dates.lastUntil(next, next)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe("a window", () => {
  const window = { days: ["Tue" as const], from: "02:00", to: "05:00", timeZone: "Europe/Berlin" };

  test("is the one that is open, or the next", () => {
    expect(iso(openingAt(window, at("2026-11-21T10:00:00Z")).from)).toBe("2026-11-24T01:00:00.000Z");
    expect(iso(openingAt(window, at("2026-11-24T02:00:00Z")).to)).toBe("2026-11-24T04:00:00.000Z");
    expect(iso(openingAt(window, at("2026-11-24T04:00:00Z")).from)).toBe("2026-12-01T01:00:00.000Z");
  });

  test("across midnight belongs to the day on which it opens", () => {
    const night = { days: ["Fri" as const], from: "22:00", to: "04:00", timeZone: "UTC" };
    expect(openingAt(night, at("2026-11-21T03:00:00Z"))).toEqual({
      from: at("2026-11-20T22:00:00Z"),
      to: at("2026-11-21T04:00:00Z"),
    });
    expect(iso(openingAt(night, at("2026-11-21T04:00:00Z")).from)).toBe("2026-11-27T22:00:00.000Z");
  });

  test("that a clock change leaves out is the next one", () => {
    const skipped = { from: "02:00", to: "03:00", timeZone: "Europe/Berlin" };
    expect(iso(openingAt(skipped, at("2027-03-28T00:00:00Z")).from)).toBe("2027-03-29T00:00:00.000Z");
  });

  test("that a clock change lengthens is open twice as long", () => {
    const long = { from: "02:00", to: "03:00", timeZone: "Europe/Berlin" };
    const { from, to } = openingAt(long, at("2026-10-25T00:00:00Z"));
    expect(to - from).toBe(7_200_000);
  });
});
