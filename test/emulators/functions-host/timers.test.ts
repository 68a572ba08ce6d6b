import { app, type Timer } from "@azure/functions";
import { describe, expect, test } from "vitest";
import { failing, hostJsonOf, minuteMs, opened, settings, settled, startMs } from "./host-world.ts";

describe("timers", () => {
  const onTimer = (schedule: string, handler: (timer: Timer) => unknown, more: object = {}) =>
    app.timer("tick", { schedule, handler, ...more });

  test("fire at their times with what the library makes of them, thrown or not", async () => {
    const seen: Timer[] = [];
    const { host, until, outcomes } = await opened(() =>
      onTimer("0 */5 * * * *", (timer) => {
        seen.push(timer);
        if (seen.length === 1) failing();
      }),
    );
    expect(host.nextAt()).toBe(startMs + 5 * minuteMs);
    await until(11 * minuteMs);
    expect(host.invocations.map(({ startedAtMs }) => startedAtMs - startMs)).toEqual([5 * minuteMs, 10 * minuteMs]);
    expect(outcomes()).toEqual(["failed undefined", "succeeded undefined"]);
    expect(seen).toEqual([
      {
        ...{ isPastDue: false, schedule: { adjustForDST: true } },
        scheduleStatus: {
          ...{ last: "0001-01-01T00:00:00", lastUpdated: "0001-01-01T00:00:00" },
          next: "2026-11-21T00:05:00+00:00",
        },
      },
      {
        ...{ isPastDue: false, schedule: { adjustForDST: true } },
        scheduleStatus: {
          ...{ last: "2026-11-21T00:05:00+00:00", lastUpdated: "2026-11-21T00:05:00+00:00" },
          next: "2026-11-21T00:10:00+00:00",
        },
      },
    ]);
  });

  test("run one at a time, and at once when one was missed meanwhile", async () => {
    const waiting: (() => void)[] = [];
    const { host, pass, until } = await opened(
      () => onTimer("0 * * * * *", () => new Promise<void>((resolve) => waiting.push(resolve))),
      { hostJson: hostJsonOf({}, { functionTimeout: "01:00:00" }) },
    );
    pass(minuteMs);
    const first = host.step();
    await settled();
    pass(2.5 * minuteMs);
    expect(await host.step()).toBe(0);
    expect(host.running()).toBe(1);
    waiting.shift()?.();
    await first;
    expect(host.nextAt()).toBeLessThanOrEqual(startMs + 3.5 * minuteMs);
    const second = until(3.6 * minuteMs);
    await settled();
    waiting.shift()?.();
    await second;
    expect(host.invocations.map(({ startedAtMs }) => startedAtMs - startMs)).toEqual([minuteMs, 3.5 * minuteMs]);
    expect(host.nextAt()).toBe(startMs + 4 * minuteMs);
  });

  test("make up once for what came while there was no instance", async () => {
    const seen: boolean[] = [];
    const { host, pass, until } = await opened(() =>
      onTimer("0 0 * * * *", ({ isPastDue }) => void seen.push(isPastDue)),
    );
    await until(60 * minuteMs);
    host.crash();
    host.restart();
    expect(host.nextAt()).toBe(startMs + 120 * minuteMs);
    host.crash();
    pass(150 * minuteMs);
    host.restart();
    expect(host.nextAt()).toBe(startMs + 210 * minuteMs);
    await until(241 * minuteMs);
    expect(seen).toEqual([false, true, false]);
  });

  test("of less than a minute have no status, and forget what they missed", async () => {
    const seen: Timer[] = [];
    const { host, pass, until } = await opened(() => onTimer("*/30 * * * * *", (timer) => void seen.push(timer)));
    await until(minuteMs / 2);
    host.crash();
    pass(5.25 * minuteMs);
    host.restart();
    expect(host.nextAt()).toBe(startMs + 6 * minuteMs);
    expect(seen).toMatchObject([{ scheduleStatus: null }]);
  });

  test("run out of turn, and at the start where they are told to", async () => {
    const { host, now } = await opened(() => onTimer("%WHEN%", () => undefined, { runOnStartup: true }), {
      settings: { ...settings, WHEN: "0 30 9 * * 1-5" },
    });
    expect(host.nextAt()).toBe(now());
    await host.step();
    const monday = startMs + 2 * 86_400_000 + 9.5 * 60 * minuteMs;
    expect(host.nextAt()).toBe(monday);
    expect(await host.runTimer("tick")).toMatchObject({ outcome: "succeeded", trigger: "timer" });
    expect(host.nextAt()).toBe(monday);
    await expect(host.runTimer("tock")).rejects.toThrow("tock");
  });

  test("refuse what is no schedule, or none that is emulated", async () => {
    for (const schedule of ["* * * * *", "0 0 0 * JAN *", "00:05:00", "60 * * * * *", "*/0 * * * * *", "0 0 0 5-1 * *"])
      await expect(opened(() => onTimer(schedule, () => undefined))).rejects.toThrow(/Expected/);
    await expect(opened(() => onTimer("0 0 0 30 2 *", () => undefined))).rejects.toThrow("comes to pass");
    const { host } = await opened(() => onTimer("0 0 0 29 2 *", () => undefined));
    expect(host.nextAt()).toBe(Date.UTC(2028, 1, 29));
  });
});
