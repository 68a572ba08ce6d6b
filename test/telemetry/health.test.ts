import { describe, expect, test } from "vitest";
import { checksOf, type HealthFacts, statusOf } from "../../functions/telemetry/health.ts";
import { encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import type { LocalFigures } from "../../lib/platforms/local/figures.ts";
import { lateAfterMs } from "../../lib/schedules/moment.ts";
import type { ScheduleState } from "../../lib/schedules/run.ts";
import { fixture, temporaryFolder } from "../functions/harness.ts";
import { hourMs, scheduledHost, scheduleOf, secondMs } from "../functions/schedule-harness.ts";
import { ManualTime } from "../platforms/local/manual-time.ts";

const now = Date.UTC(2026, 10, 21);
const minute = 60_000;
const hour = 60 * minute;

const quiet: LocalFigures = {
  queues: [],
  activeOperations: 0,
  overdueRows: 0,
  databaseBytes: 0,
  logBytes: 0,
  oldestEvent: 0,
  newestEvent: 0,
  store: { commits: 0, commitMs: 0, flushes: 0, flushMs: 0 },
};

const activity = { version: "0", working: true, running: 0, startedAt: now - hour, sweptAt: now - 1_000 };
const well: HealthFacts = {
  now,
  storage: { ok: true },
  activity,
  sweepEveryMs: 30_000,
  paused: [],
  schedules: [],
  sinks: [],
  read: { figures: quiet, letters: [] },
};

const figures = (changes: Partial<LocalFigures>) => ({ read: { figures: { ...quiet, ...changes }, letters: [] } });
const letter = (ageMs: number, redriven = false) => ({
  read: { figures: quiet, letters: [{ queue: "inbox", at: now - ageMs, redriven }] },
});
const waiting = (ageMs: number) =>
  figures({ queues: [{ queue: "inbox", waiting: 1, inFlight: 0, firstReadyAt: now - ageMs }] });

const schedule = (name: string, nextRunAt: number, overdue = true): ScheduleState => ({
  name,
  enabled: true,
  record: { kind: "schedule", v: 1, name, nonce: "n", since: 0, timing: "t", skipped: 0 },
  nextRunAt,
  overdue,
});

const refused = (name: string, at: number, enabled = true): ScheduleState => {
  const { record, ...state } = schedule(name, now + hour, false);
  return { ...state, enabled, record: { ...record, lastRunAt: at, lastProblem: "Expected a connection, got none" } };
};

function bad(changes: Partial<HealthFacts>) {
  const facts = { ...well, ...changes };
  const checks = checksOf(facts);
  expect(checks.map(({ name }) => name)).toEqual([
    "storage",
    "worker",
    "sweep",
    "overdue-rows",
    "oldest-message",
    "dead-letters",
    "paused-connections",
    "overdue-schedules",
    "refused-schedules",
    "sinks",
  ]);
  const failing = checks.filter(({ ok }) => !ok);
  return {
    status: statusOf(facts.storage.ok, checks),
    failing: failing.map(({ name }) => name),
    since: failing[0]?.since,
  };
}

describe("the checks", () => {
  const atTheEdge: [string, Partial<HealthFacts>][] = [
    ["nothing is amiss", {}],
    ["the sweep is 90 s old", { activity: { ...activity, sweptAt: now - 90_000 } }],
    ["a slow sweep is three intervals old", { sweepEveryMs: hour, activity: { ...activity, sweptAt: now - 3 * hour } }],
    ["a row is 5 min overdue", figures({ overdueRows: 1, firstDueAt: now - 5 * minute })],
    ["a row is due later", figures({ firstDueAt: now + hour })],
    ["a message is 2 min old", waiting(2 * minute)],
    ["a message is delayed", waiting(-hour)],
    ["a dead letter is a day old", letter(24 * hour)],
    ["a new dead letter was redriven", letter(minute, true)],
    ["a schedule that was refused is disabled", { schedules: [refused("nightly", now - hour, false)] }],
    ["a sink has failed for 5 min", { sinks: [{ name: "crm", state: "failing", failingSince: now - 5 * minute }] }],
    ["a sink is held for a short time", { sinks: [{ name: "crm", state: "held", heldUntil: now + hour }] }],
    ["a schedule is due and not late", { schedules: [schedule("nightly", now - 5 * minute, false)] }],
  ];
  test.each(atTheEdge)("are ok when %s", (_name, changes) => {
    expect(bad(changes)).toEqual({ status: "ok", failing: [], since: undefined });
  });

  const beyond: [string, string, number | undefined, Partial<HealthFacts>][] = [
    ["worker", "nothing works", now - hour, { activity: { ...activity, working: false } }],
    ["sweep", "the sweep is older than 90 s", now - 1, { activity: { ...activity, sweptAt: now - 90_001 } }],
    [
      "sweep",
      "there was none since the start",
      now - hour + 90_000,
      { activity: { version: "0", working: true, running: 0, startedAt: now - hour } },
    ],
    ["overdue-rows", "a row is overdue", now - 1, figures({ overdueRows: 3, firstDueAt: now - 5 * minute - 1 })],
    ["oldest-message", "a message waits", now - 1, waiting(2 * minute + 1)],
    ["dead-letters", "a dead letter is new", now - 24 * hour + 1, letter(24 * hour - 1)],
    [
      "overdue-schedules",
      "a run is late",
      now - 15 * minute,
      {
        schedules: [
          schedule("a", now - hour, false),
          schedule("b", now - 20 * minute),
          schedule("c", now - 6 * minute),
        ],
      },
    ],
    ["refused-schedules", "one was refused", now - hour, { schedules: [refused("nightly", now - hour)] }],
    [
      "refused-schedules",
      "the times of one cannot be told",
      undefined,
      { schedules: [{ ...schedule("a", now, false), problem: "Expected a window, got none" }] },
    ],
    [
      "sinks",
      "one is disabled",
      now - 7,
      { sinks: [{ name: "crm", state: "disabled", disabled: { at: now - 7, reason: "410" } }] },
    ],
    [
      "sinks",
      "one has failed for longer, although it is held",
      now - hour + 5 * minute,
      { sinks: [{ name: "crm", state: "held", heldUntil: now + 1, failingSince: now - hour }] },
    ],
    ["paused-connections", "one is paused", now - 5, { paused: [{ name: "sphere", at: now - 5, by: "ada" }] }],
  ];
  test.each(beyond)("of %s are not when %s, and say since when", (name, _why, since, changes) => {
    expect(bad(changes)).toEqual({ status: "degraded", failing: [name], since });
  });

  test("of a disk that refuses make it unavailable", () => {
    const storage = { ok: false, reason: "disk full", since: now - 7 } as const;
    expect(bad({ storage })).toEqual({ status: "unavailable", failing: ["storage"], since: now - 7 });
  });

  test("that cannot be made are not ok", () => {
    const storage = { ok: false, reason: "damaged", since: now } as const;
    expect(bad({ storage, read: undefined, schedules: undefined, sinks: undefined }).failing).toEqual([
      "storage",
      "overdue-rows",
      "oldest-message",
      "dead-letters",
      "overdue-schedules",
      "refused-schedules",
      "sinks",
    ]);
  });

  test("of refused schedules and of sinks name them, since when, and say what to do", () => {
    const details = checksOf({
      ...well,
      schedules: [refused("nightly", now - hour), refused("weekly", now - 2 * hour)],
      sinks: [
        { name: "crm", state: "disabled", disabled: { at: now - hour, reason: "the receiver answered 410 Gone" } },
        { name: "mail", state: "failing", failingSince: now - 2 * hour },
      ],
    }).flatMap(({ ok, detail }) => (ok ? [] : [detail]));
    expect(details).toEqual([
      "Refused: weekly at 2026-11-20T22:00:00.000Z, nightly at 2026-11-20T23:00:00.000Z: drover schedules list says why",
      "mail fails since 2026-11-20T22:00:00.000Z, crm disabled since 2026-11-20T23:00:00.000Z: drover sinks list says why, drover sinks enable NAME opens one again",
    ]);
  });

  test("of late schedules name them, the longest waiting first, and since when; no more than a line holds", () => {
    const late = ["a", "b", "c", "d", "e", "f", "g"].map((name, index) => schedule(name, now - hour - index * minute));
    const { detail } = checksOf({ ...well, schedules: late }).find(({ name }) => name === "overdue-schedules") ?? {
      detail: "",
    };
    expect(detail).toMatch(/^Due and not run: g since 2026-11-20T22:54:00\.000Z, f since /);
    expect(detail).toMatch(/, c since \S+ and 2 more: drover schedules list$/);
  });
});

describe("/health", () => {
  test("says why, and is well again when it is mended", async () => {
    const { send, platform, host } = fixture();
    const failing = async () => {
      const { body } = await send("GET", "/health");
      const checks = body["checks"] as { name: string; ok: boolean }[];
      return [body["status"], ...checks.filter(({ ok }) => !ok).map(({ name }) => name)];
    };
    expect(await failing()).toEqual(["degraded", "worker"]);
    host.start();
    expect(await failing()).toEqual(["ok"]);
    await send("POST", "/connections/sphere/pause", {});
    expect(await failing()).toEqual(["degraded", "paused-connections"]);
    await send("POST", "/connections/sphere/resume");
    const about = { queue: "inbox", id: "1", body: "nothing", cause: "not JSON", receives: 5, at: Date.now() };
    await platform.queue.send([{ queue: "inbox-dead-letters", body: encodeDeadLetter(about) }]);
    await expect.poll(failing).toEqual(["degraded", "dead-letters"]);
    expect((await send("GET", "/healthz")).body).toEqual({ status: "ok" });
    const [letter] = (await send("GET", "/dead-letters")).body["deadLetters"] as { id: string }[];
    await send("POST", `/dead-letters/${letter?.id}/redrive`);
    // The redriven message is given up again, as a letter of its own.
    await expect.poll(async () => (await send("GET", "/dead-letters")).body["deadLetters"]).toHaveLength(2);
  });

  test("names a schedule that was due while nobody was there, until it has run", async () => {
    const time = new ManualTime();
    const options = { time, schedules: [scheduleOf({ every: "PT6H" })], folder: temporaryFolder() };
    const first = scheduledHost(options);
    first.host.start();
    await time.advance(secondMs);
    await first.close();
    await time.advance(20 * hourMs);
    const second = scheduledHost(options);
    const check = async () => {
      const checks = (await second.send("GET", "/health")).body["checks"] as { readonly name: string }[];
      return checks.find(({ name }) => name === "overdue-schedules");
    };
    const dueAt = Date.UTC(2026, 10, 21, 18);
    expect(await check()).toEqual({
      name: "overdue-schedules",
      ok: false,
      detail: "Due and not run: nightly since 2026-11-21T18:00:00.000Z: drover schedules list",
      since: new Date(dueAt + lateAfterMs).toISOString(),
    });
    second.host.start();
    await time.advance(16 * secondMs);
    expect(await check()).toMatchObject({ ok: true });
  });

  test("names a schedule that was refused, and one whose times cannot be told, beside the others", async () => {
    const time = new ManualTime();
    const window = { from: "02:00", to: "03:00", timeZone: "Nowhere" };
    const schedules = [
      scheduleOf({ every: "PT6H" }, { connection: "gone" }),
      { ...scheduleOf({ name: "broken", every: "PT6H" }), window },
      scheduleOf({ name: "fine", every: "PT6H" }),
    ];
    const { host, send } = scheduledHost({ time, schedules, folder: temporaryFolder() });
    host.start();
    await time.advance(6 * hourMs + 16 * secondMs);
    const { status, body } = await send("GET", "/health");
    const check = (body["checks"] as { name: string; detail: string }[]).find(
      ({ name }) => name === "refused-schedules",
    );
    expect(status).toBe(200);
    expect(check).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/nightly at .*broken|broken.*nightly at /),
    });
    const listed = (await send("GET", "/schedules")).body["schedules"];
    expect(listed).toMatchObject([
      { name: "nightly" },
      { name: "broken", lastProblem: expect.any(String) },
      { name: "fine" },
    ]);
  });
});
