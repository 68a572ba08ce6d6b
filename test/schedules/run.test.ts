import { describe, expect, test } from "vitest";
import { requestRoutes } from "../../functions/request-routes.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { scheduleKey } from "../../lib/contracts/operation.ts";
import type { Ports } from "../../lib/contracts/ports.ts";
import { type Schedule, scheduleSchema } from "../../lib/contracts/schedule.ts";
import type { AcceptOptions } from "../../lib/operations/accept.ts";
import { listSchedules, runNow, runSchedules } from "../../lib/schedules/run.ts";
import { World } from "../simulation/world.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const startAt = Date.UTC(2026, 10, 21);

class Scheduled {
  readonly world = new World({ mode: "cloud", startAt }, () => ({ handlers: {}, sweep: async () => undefined }));
  readonly schedule: Schedule;

  constructor(timing: Record<string, unknown>) {
    const data = { connection: "heat", servers: ["a"], deployment: { config_id: "c" } };
    const request = { type: "drover.heat.deploy", data };
    this.schedule = { ...scheduleSchema.parse({ name: "s", request, ...timing }), request };
  }

  accept(ports: Ports = this.world.outside): AcceptOptions {
    return {
      ports,
      routes: requestRoutes,
      connectionKind: (name) => (name === "heat" ? "heat" : undefined),
      idempotencyMs: 400 * 24 * hourMs,
    };
  }

  look(accept = this.accept()): Promise<number> {
    return runSchedules(accept, [this.schedule]);
  }

  /** Looks every minute for so long; returns when, in minutes since the start, something ran. */
  async ranWithin(hours: number): Promise<number[]> {
    const ran: number[] = [];
    for (let minute = 0; minute < hours * 60; minute += 1) {
      if ((await this.look()) > 0) ran.push((this.world.clock.now() - startAt) / minuteMs);
      this.world.clock.advance(minuteMs);
    }
    return ran;
  }

  get operations(): string[] {
    return [...this.world.store.rows.keys()].filter((key) => key.startsWith("operation/"));
  }

  async state() {
    const [state] = await listSchedules(this.world.outside, [this.schedule]);
    if (!state) throw new Error("no state");
    return state;
  }
}

describe("a schedule", () => {
  test("is due by the clock that people look at, once, also while time waits for a clock that was put back", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    await scheduled.look();
    const before = await scheduled.ranWithin(7);
    scheduled.world.clock.wallBehindMs = 2 * hourMs;
    const after = await scheduled.ranWithin(8);
    expect(before).toHaveLength(1);
    // What is due at the same date again asks for the same operation.
    expect(after.length).toBeLessThanOrEqual(2);
    expect(scheduled.operations).toHaveLength(2);
    expect((after.at(-1) ?? 0) - (before[0] ?? 0)).toBe(8 * 60);
  });

  test("goes on at once after a look by a clock that was days ahead", async () => {
    const scheduled = new Scheduled({ every: "PT6H", missed: "run-once" });
    await scheduled.look();
    const { clock } = scheduled.world;
    clock.jump(6 * 24 * hourMs);
    await scheduled.look();
    clock.wallBehindMs = 6 * 24 * hourMs;
    expect((await scheduled.ranWithin(25)).length).toBe(4);
    expect((await scheduled.state()).overdue).toBe(false);
  });

  test("asks at each due date, under a key that says which", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    expect(await scheduled.ranWithin(13)).toEqual([360, 720]);
    const ids = ["2026-11-21T06:00:00.000Z", "2026-11-21T12:00:00.000Z"].map(
      (due) => `operation/${operationIdOf("/drover/schedules", `s/${due}`)}`,
    );
    expect(scheduled.operations.sort()).toEqual(ids.sort());
    const record = scheduled.world.store.read(ids[0] ?? "")?.record;
    expect(record).toMatchObject({ requestedBy: "schedule:s", request: { source: "/drover/schedules" } });
  });

  test("that fires twice at the same moment asks once", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    await scheduled.look();
    scheduled.world.clock.advance(6 * hourMs);
    await Promise.all([scheduled.look(), scheduled.look(), scheduled.look()]);
    expect(scheduled.operations).toHaveLength(1);
  });

  test("that crashed before it noted its run asks for the same operation again", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    await scheduled.look();
    scheduled.world.clock.advance(6 * hourMs);
    const { outside } = scheduled.world;
    const crashing: Ports = {
      ...outside,
      ledger: {
        ...outside.ledger,
        write: (key, record, expected) =>
          key === scheduleKey("s") ? Promise.reject(new Error("gone")) : outside.ledger.write(key, record, expected),
      },
    };
    expect(await scheduled.look(scheduled.accept(crashing))).toBe(0);
    expect(scheduled.operations).toHaveLength(1);
    expect(await scheduled.look()).toBe(1);
    expect(scheduled.operations).toHaveLength(1);
  });

  test("that nobody looked after runs once for all it missed, and says how many", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    await scheduled.look();
    scheduled.world.clock.advance(20 * hourMs);
    expect((await scheduled.state()).overdue).toBe(true);
    expect(await scheduled.ranWithin(1)).toEqual([20 * 60]);
    expect((await scheduled.state()).record).toMatchObject({ skipped: 2, lastDue: startAt + 18 * hourMs });
    expect((await scheduled.state()).overdue).toBe(false);
  });

  test("that leaves out what it missed goes on with the next", async () => {
    const scheduled = new Scheduled({ every: "PT6H", missed: "skip" });
    await scheduled.look();
    scheduled.world.clock.advance(20 * hourMs);
    expect(await scheduled.ranWithin(5)).toEqual([24 * 60]);
    expect((await scheduled.state()).record.skipped).toBe(3);
  });

  test("waits for its window, and runs in it once", async () => {
    const scheduled = new Scheduled({
      every: "P1D",
      window: { days: ["Tue"], from: "02:00", to: "05:00", timeZone: "Europe/Berlin" },
    });
    const ran = await scheduled.ranWithin(11 * 24);
    expect(ran.map((minute) => new Date(startAt + minute * minuteMs).toISOString())).toEqual([
      "2026-11-24T01:00:00.000Z",
      "2026-12-01T01:00:00.000Z",
    ]);
  });

  test("that leaves out what it missed does not run once its window has closed", async () => {
    const scheduled = new Scheduled({
      every: "P7D",
      start: "2026-11-24T00:00:00Z",
      window: { from: "02:00", to: "05:00" },
      missed: "skip",
    });
    await scheduled.look();
    scheduled.world.clock.advance(4 * 24 * hourMs);
    expect(await scheduled.ranWithin(48)).toEqual([]);
    expect((await scheduled.state()).record.skipped).toBe(1);
  });

  test("is moved by its jitter, always the same, and its key is not", async () => {
    const jittered = () => new Scheduled({ every: "PT6H", jitter: "PT2H" });
    const first = await jittered().ranWithin(15);
    const scheduled = jittered();
    expect(await scheduled.ranWithin(15)).toEqual(first);
    expect(first).toHaveLength(2);
    for (const [index, minute] of first.entries()) {
      expect(minute).toBeGreaterThanOrEqual((index + 1) * 360);
      expect(minute).toBeLessThanOrEqual((index + 1) * 360 + 121);
    }
    expect(scheduled.operations).toContain(
      `operation/${operationIdOf("/drover/schedules", "s/2026-11-21T06:00:00.000Z")}`,
    );
  });

  test("stays in its window with the largest jitter", async () => {
    const scheduled = new Scheduled({ every: "P1D", jitter: "P2D", window: { from: "02:00", to: "02:30" } });
    const ran = await scheduled.ranWithin(8 * 24);
    expect(ran.length).toBeGreaterThan(5);
    for (const minute of ran) {
      expect(minute % 1440).toBeGreaterThanOrEqual(120);
      expect(minute % 1440).toBeLessThan(150);
    }
  });

  test("whose request is refused says why, and tries again at the next due date only", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    const wrong = { type: "drover.heat.deploy", data: { connection: "other" } };
    Object.assign(scheduled.schedule, { request: wrong });
    expect(await scheduled.ranWithin(7)).toEqual([360]);
    expect((await scheduled.state()).record.lastProblem).toContain("servers");
    expect(scheduled.operations).toEqual([]);
  });

  test("whose timing changes begins anew, and forgets nothing else", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    await scheduled.ranWithin(7);
    const other = new Scheduled({ every: "PT1H" });
    Object.assign(scheduled.schedule, other.schedule);
    expect(await scheduled.look()).toBe(0);
    const { record } = await scheduled.state();
    expect(record.lastOperation).toBe(operationIdOf("/drover/schedules", "s/2026-11-21T06:00:00.000Z"));
    expect(record.lastDue).toBeUndefined();
  });

  test("that is disabled does nothing, and can be run by hand", async () => {
    const scheduled = new Scheduled({ every: "PT6H", enabled: false });
    expect(await scheduled.ranWithin(7)).toEqual([]);
    const asked = await runNow(scheduled.accept(), scheduled.schedule, "key-1", "ada");
    expect(await runNow(scheduled.accept(), scheduled.schedule, "key-1", "ada")).toEqual({
      ...asked,
      kind: "duplicate",
    });
    expect(scheduled.operations).toHaveLength(1);
  });

  test("that cannot be looked after does not keep another waiting", async () => {
    const broken = new Scheduled({ every: "PT6H" });
    const fine = new Scheduled({ every: "PT6H" });
    Object.assign(fine.schedule, { name: "t" });
    Object.assign(broken.schedule, { cron: "never", every: undefined });
    await runSchedules(fine.accept(), [broken.schedule, fine.schedule]);
    fine.world.clock.advance(6 * hourMs);
    expect(await runSchedules(fine.accept(), [broken.schedule, fine.schedule])).toBe(1);
  });

  test("whose times cannot be told is shown with its problem, and hides no other", async () => {
    const broken = new Scheduled({ every: "PT6H" });
    const fine = new Scheduled({ every: "PT6H" });
    Object.assign(fine.schedule, { name: "t" });
    Object.assign(broken.schedule, { window: { from: "02:00", to: "03:00", timeZone: "Nowhere" } });
    const states = await listSchedules(fine.world.outside, [broken.schedule, fine.schedule]);
    expect(states).toMatchObject([
      { name: "s", overdue: false, problem: expect.any(String) },
      { name: "t", nextDue: startAt + 6 * hourMs },
    ]);
  });

  test("runs once in each opening, wherever in it the looks every 15 s happen to be", async () => {
    const scheduled = new Scheduled({ every: "P1D", jitter: "PT10M", window: { from: "02:00", to: "02:01" } });
    await scheduled.look();
    const { clock } = scheduled.world;
    for (let day = 0; day < 40; day += 1) {
      clock.advance(startAt + day * 24 * hourMs + 2 * hourMs - 20_000 + day * 370 - clock.now());
      let ran = 0;
      for (let look = 0; look < 6; look += 1) {
        const now = clock.now() % (24 * hourMs);
        const runs = await scheduled.look();
        if (runs > 0) expect(now).toBeLessThan(2 * hourMs + minuteMs);
        ran += runs;
        clock.advance(15_000);
      }
      expect([day, ran]).toEqual([day, day === 0 ? 0 : 1]);
    }
  });

  test("that comes due as its window closes waits for the next opening", async () => {
    const window = { from: "02:00", to: "03:00" };
    const scheduled = new Scheduled({ every: "P7D", start: "2026-11-22T02:59:50Z", window });
    await scheduled.look();
    scheduled.world.clock.advance(27 * hourMs - 5_000);
    expect(new Date((await scheduled.state()).nextRunAt ?? 0).toISOString()).toBe("2026-11-23T02:00:00.000Z");
    expect(await scheduled.look()).toBe(0);
  });

  test("run by hand under one key by two people is two runs", async () => {
    const scheduled = new Scheduled({ every: "PT6H" });
    const [ada, bob, again, long] = await Promise.all([
      runNow(scheduled.accept(), scheduled.schedule, "key-1", "ada"),
      runNow(scheduled.accept(), scheduled.schedule, "key-1", "bob"),
      runNow(scheduled.accept(), scheduled.schedule, "key-1", "ada"),
      runNow(scheduled.accept(), scheduled.schedule, "k".repeat(128), "b".repeat(64)),
    ]);
    expect(new Set([ada, bob, again, long].map(({ operation }) => operation)).size).toBe(3);
    expect(again.operation).toBe(ada.operation);
  });
});
