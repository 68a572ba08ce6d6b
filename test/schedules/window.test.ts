import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { weekdays } from "../../lib/contracts/schedule.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { openingAt } from "../../lib/schedules/window.ts";
import { scheduleOf } from "../functions/schedule-harness.ts";

const zones = [
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/Santiago",
  "America/St_Johns",
  "America/Havana",
  "Africa/Casablanca",
  "Africa/Cairo",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Atlantic/Azores",
  "Pacific/Chatham",
  "Pacific/Auckland",
];

/** Changes of clocks in that zone that leave out local times, each with what it leaves out. */
function gapsIn(timeZone: string, from: string, until: string) {
  const gaps: { readonly at: Temporal.ZonedDateTime; readonly first: string; readonly end: string }[] = [];
  let at = Temporal.Instant.from(from).toZonedDateTimeISO(timeZone).getTimeZoneTransition("next");
  while (at && at.epochMilliseconds < Date.parse(until)) {
    const before = at.subtract({ minutes: 1 });
    if (at.offsetNanoseconds > before.offsetNanoseconds) {
      const first = before.toPlainTime().add({ minutes: 1 }).toString().slice(0, 5);
      gaps.push({ at, first, end: at.toPlainTime().toString().slice(0, 5) });
    }
    at = at.getTimeZoneTransition("next");
  }
  return gaps;
}

describe("a window on one day of the week", () => {
  test.each(zones)("opens within two weeks, whatever the clocks of %s do", (timeZone) => {
    const gaps = gapsIn(timeZone, "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z");
    expect(gaps.length).toBeGreaterThan(0);
    for (const { at, first, end } of gaps) {
      const days = [weekdays[at.dayOfWeek - 1] ?? "Sun"];
      for (let offset = -15; offset <= 15; offset += 1) {
        const ms = at.add({ days: offset }).epochMilliseconds;
        const opening = openingAt({ days, from: first, to: end, timeZone }, ms);
        expect(opening.to).toBeGreaterThan(ms);
        expect(opening.from).toBeLessThan(opening.to);
        expect(opening.from).toBeLessThan(ms + 15 * 86_400_000);
        const opens = Temporal.Instant.fromEpochMilliseconds(opening.from).toZonedDateTimeISO(timeZone);
        expect(weekdays[opens.dayOfWeek - 1]).toBe(days[0]);
      }
    }
  });

  test("that a gap leaves out opens a week later", () => {
    const window = { days: ["Sun" as const], from: "02:00", to: "03:00", timeZone: "Europe/Berlin" };
    const { from, to } = openingAt(window, Date.parse("2027-03-21T11:00:00Z"));
    expect([from, to].map((ms) => new Date(ms).toISOString())).toEqual([
      "2027-04-04T00:00:00.000Z",
      "2027-04-04T01:00:00.000Z",
    ]);
  });

  test("is no reason for a remark in the week before a gap", () => {
    const window = { days: ["Sun"], from: "02:00", to: "03:00", timeZone: "Europe/Berlin" };
    const weekly = scheduleOf({ cron: "0 12 * * 1", window });
    // Two due dates wait for the same opening, and that is all there is to say.
    const remarks = calendar.remarksOn(weekly, Date.parse("2027-03-21T11:00:00Z"));
    expect(remarks.map(({ level, field }) => [level, field])).toEqual([["warning", "window"]]);
  });
});

test("a schedule whose times cannot be told is a problem of its own", () => {
  const broken = { ...scheduleOf({ cron: "0 12 * * 1" }), window: { from: "02:00", to: "03:00", timeZone: "Nowhere" } };
  const [remark] = calendar.remarksOn(broken, Date.parse("2027-03-21T11:00:00Z"));
  expect(remark).toMatchObject({ level: "problem", field: "window", message: expect.stringContaining("expected") });
});
