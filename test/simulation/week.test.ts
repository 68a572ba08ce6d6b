import { execFile } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { outcomes } from "../../lib/contracts/event.ts";
import { awsPrices, azurePrices } from "../platforms/prices.ts";
import { mutations } from "./fleet/mutations/list.ts";
import { withMutation } from "./fleet/mutations/mutation.ts";
import { optionsOf } from "./fleet/options.ts";
import { invariants } from "./fleet/verdicts.ts";
import { totalOf } from "./week/bill.ts";
import { playWeek, type WeekScene } from "./week/play-week.ts";
import { quantilesOf, spoken } from "./week/quantiles.ts";
import { weekReport } from "./week/report.ts";
import { summaryOf, type WeekSummary } from "./week/summary.ts";

const size = { devices: 300, days: 2 };
const platforms = ["aws", "azure"] as const;
const terminal = /\.(succeeded|partially-succeeded|failed|cancelled|timed-out|unknown)$/;

let scenes: readonly WeekScene[];
let summary: WeekSummary;

beforeAll(async () => {
  const played: WeekScene[] = [];
  for (const platform of platforms) played.push(await playWeek(3, platform, size));
  scenes = played;
  summary = summaryOf(3, scenes, invariants.length);
}, 60_000);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("a small week", () => {
  test("keeps every promise", () => {
    expect(scenes.flatMap(({ violations }) => violations)).toEqual([]);
    expect(summary.invariants).toMatchObject({ kinds: invariants.length, broken: 0 });
  });

  test("is the same every time, but for the time that it took", async () => {
    const again = await playWeek(3, "azure", size);
    const of = (scene: WeekScene) => weekReport(summaryOf(3, [scene], invariants.length), [scene], 1);
    const before = scenes.filter(({ platform }) => platform === "azure").map(of);
    expect([of(again)]).toEqual(before);
  }, 30_000);

  test("has a fleet that is really there", () => {
    const { clouds } = scenes[0]?.world ?? {};
    expect(summary.fleet).toMatchObject({ "Panorama devices": 3, "DPS enrollments": 57 });
    const cameras = clouds?.panorama.state.devices().filter(({ name }) => name.startsWith("site-"));
    expect(cameras).toHaveLength(3);
    expect(clouds?.dps.state.enrollment("dps-us", "enrollments", "unit-00002")).not.toBeNull();
    expect(clouds?.groups.length).toBeGreaterThan(4);
    expect(clouds?.heats).toHaveLength(3);
  });

  test("counts operations and outcomes as the ledger has them", () => {
    const rows = scenes.flatMap(({ world }) => world.everyOperation());
    expect(sum(summary.operations.map(({ count }) => count))).toBe(rows.length);
    for (const outcome of outcomes) {
      const counted = sum(summary.operations.map((kind) => kind.outcomes[outcome] ?? 0));
      expect([outcome, counted]).toEqual([outcome, rows.filter((row) => row.outcome === outcome).length]);
    }
    const others = rows.filter(({ outcome }) => outcome !== "succeeded");
    expect(sum(summary.ends.map(({ count }) => count))).toBe(others.length);
    expect(others.length).toBeGreaterThan(0);
  });

  test("tells every end once, as the events have it", () => {
    const ended = scenes.flatMap(({ world }) => {
      const ends = world.store.events.filter(({ type }) => terminal.test(type));
      return [...new Set(ends.map(({ subject }) => subject))];
    });
    expect(ended).toHaveLength(sum(summary.hosts.map(({ operations }) => operations)));
    const published = scenes.map(({ world }) => world.store.events.length);
    expect(summary.hosts.map(({ events }) => events)).toEqual(published);
  });

  test("measures lag, polls and calls for every provider that is polled", () => {
    const polled = summary.providers.filter(({ provider }) => /Sphere|Heat|Panorama/.test(provider));
    expect(polled).toHaveLength(5);
    for (const { provider, calls, polls, lagMs, gapMs } of polled) {
      expect([provider, lagMs.count > 0, polls.p50 > 0, gapMs.p50 > 0]).toEqual([provider, true, true, true]);
      expect(calls).toBeGreaterThan(polls.count);
      expect(lagMs.p50).toBeLessThanOrEqual(lagMs.p95);
    }
    const seen = scenes.flatMap(({ world }) => world.clouds.sphere.requests().length);
    expect(Math.min(...seen)).toBeGreaterThan(0);
  });

  test("bills what was counted at list prices", () => {
    for (const { platform, bill, dollars, invocations, messages, events } of summary.hosts) {
      expect(dollars).toBeCloseTo(totalOf(bill), 10);
      expect(bill.every(({ count }) => count > 0)).toBe(true);
      const isAws = platform === "aws";
      expect(bill[0]?.count).toBe(isAws ? invocations : messages);
      expect(bill.at(-1)?.count).toBeGreaterThanOrEqual(events);
      expect(bill[0]?.dollars).toBeCloseTo(
        (bill[0]?.count ?? 0) * (isAws ? awsPrices().lambdaRequest : azurePrices().execution),
        10,
      );
    }
  });

  test("says who was needed, and what struck", () => {
    const people = scenes.flatMap(({ world }) => [...world.people.counts.values()]);
    expect(sum(Object.values(summary.people))).toBe(sum(people));
    expect(sum(summary.faults.map(({ strikes }) => strikes))).toBeGreaterThan(20);
    for (const { operations, succeeded, strikes } of summary.faults) {
      expect(operations).toBeLessThanOrEqual(strikes);
      expect(succeeded).toBeLessThanOrEqual(operations);
    }
  });

  test("fits a terminal, from its first sentence to its last line", () => {
    const lines = weekReport(summary, scenes, 12.3).split("\n");
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines[0]).toMatch(/^2 days of \d+ devices and servers/);
    expect(weekReport(summary, scenes, 12.3)).toMatch(/\n\nok; week 3 on 2 hosts; .*virtual hours per minute$/s);
  });
});

describe("a week with a defect", () => {
  test("is red, and says how to see it again", async () => {
    const name = "skip the intent";
    expect(mutations.map((mutation) => mutation.name)).toContain(name);
    const { code, stdout } = await started(["--devices", "100", "--days", "1", "--platform", "azure"], name);
    expect(code).toBe(1);
    expect(stdout).toContain("intent-before-effect");
    expect(stdout).toContain("again: npm run simulate -- --scenario week --seed 1 --platform azure --devices 100");
    expect(stdout.trimEnd()).toMatch(/\d+ BROKEN; week 1 on 1 hosts?/);
  }, 60_000);
});

function started(args: readonly string[], mutation: string): Promise<{ code: number; stdout: string }> {
  const [hook, main] = [join("fleet", "mutations", "hook.ts"), "main.ts"].map((path) =>
    join(import.meta.dirname, path),
  );
  const all = ["--import", hook ?? "", main ?? "", "--scenario", "week", ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, all, { env: { ...process.env, ...withMutation(mutation) } }, (_, stdout) =>
      resolve({ code: child.exitCode ?? -1, stdout }),
    );
  });
}

describe("what the week is asked with", () => {
  test("is a seed, a host and a size", () => {
    expect(optionsOf(["--scenario", "week", "--devices", "300", "--days", "2"])).toMatchObject({
      ...{ scenario: "week", devices: 300, days: 2 },
    });
  });

  test("is refused in one sentence when nobody knows it", () => {
    expect(() => optionsOf(["--scenario", "year"])).toThrow(/^Expected --scenario to be one of week, /);
    expect(() => optionsOf(["--scenario", "week", "--days", "0"])).toThrow(/^Expected at least one/);
  });
});

describe("times", () => {
  test.each([
    [420, "0.4 s"],
    [45_000, "45 s"],
    [200_000, "3.3 min"],
    [9 * 3_600_000, "9.0 h"],
    [5 * 86_400_000, "5.0 d"],
  ])("%d ms is said as %s", (ms, text) => expect(spoken(ms)).toBe(text));

  test("have a middle, an edge and an end", () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(quantilesOf(values)).toEqual({ count: 100, p50: 51, p95: 96, max: 100 });
    expect(quantilesOf([])).toEqual({ count: 0, p50: 0, p95: 0, max: 0 });
  });
});
