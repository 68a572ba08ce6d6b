import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { scheduleKey } from "../../lib/contracts/operation.ts";
import { ManualTime, recordingLog } from "../platforms/local/manual-time.ts";
import { temporaryFolder } from "./harness.ts";
import { hourMs, type Options, scheduledHost, scheduleOf, secondMs } from "./schedule-harness.ts";

function opened(more: Partial<Options> = {}) {
  const time = new ManualTime();
  const options = { time, schedules: [scheduleOf({ every: "PT6H" })], folder: temporaryFolder(), ...more };
  return { time, ...scheduledHost(options), reopen: () => scheduledHost(options) };
}

describe("the host", () => {
  test("submits a schedule's request at its due date, once", async () => {
    const { time, host, operations, schedule } = opened();
    host.start();
    await time.advance(6 * hourMs - secondMs);
    expect(await operations()).toEqual([]);
    await time.advance(16 * secondMs);
    const [operation, ...others] = await operations();
    expect(others).toEqual([]);
    expect(operation).toMatchObject({
      requestedBy: "schedule:nightly",
      request: { source: "/drover/schedules", id: "nightly/2026-11-21T06:00:00.000Z" },
    });
    await time.advance(hourMs);
    expect(await operations()).toHaveLength(1);
    expect(await schedule()).toMatchObject({
      lastDue: "2026-11-21T06:00:00.000Z",
      lastOperation: operation?.id,
      nextDue: "2026-11-21T12:00:00.000Z",
      nextRunAt: "2026-11-21T12:00:00.000Z",
      overdue: false,
      skipped: 0,
    });
  });

  test("shows what is overdue after it was down, and runs it once", async () => {
    const first = opened();
    first.host.start();
    await first.time.advance(secondMs);
    await first.close();
    await first.time.advance(20 * hourMs);
    const second = first.reopen();
    expect(await second.schedule()).toMatchObject({ overdue: true, nextDue: "2026-11-21T18:00:00.000Z" });
    second.host.start();
    await first.time.advance(16 * secondMs);
    expect(await second.operations()).toHaveLength(1);
    expect(await second.schedule()).toMatchObject({ overdue: false, skipped: 2, lastDue: "2026-11-21T18:00:00.000Z" });
  });

  test("that is started for something else leaves schedules alone", async () => {
    const { time, host, operations } = opened();
    host.start(false);
    await time.advance(13 * hourMs);
    expect(await operations()).toEqual([]);
  });

  test("looks no more once it is stopped", async () => {
    const { time, host, operations } = opened();
    host.start();
    await time.advance(secondMs);
    const stopping = host.stop(1_000);
    await time.advance(2 * secondMs);
    await stopping;
    await time.advance(13 * hourMs);
    expect(await operations()).toEqual([]);
  });

  test("says why a request was refused, and does nothing for a schedule that is disabled", async () => {
    const log = recordingLog();
    const schedules = [
      scheduleOf({ every: "PT6H" }, { connection: "gone" }),
      scheduleOf({ name: "off", every: "PT6H", enabled: false }),
    ];
    const { time, host, operations, send } = opened({ schedules, log });
    host.start();
    await time.advance(6 * hourMs + 15 * secondMs);
    expect(await operations()).toEqual([]);
    const { body } = await send("GET", "/schedules");
    expect(body["schedules"]).toMatchObject([
      { name: "nightly", lastProblem: expect.stringContaining("drover connections list") },
      { name: "off", enabled: false, overdue: false },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/"off".*next(Due|RunAt)/);
    expect(log.lines).toContain("error: a scheduled request was refused");
  });
});

test("GET /schedules notes nothing: what was never looked after begins with the first look", async () => {
  const { schedule, platform } = opened();
  expect(await schedule()).toMatchObject({ name: "nightly", nextDue: "2026-11-21T06:00:00.000Z" });
  expect(await platform.ledger.read(scheduleKey("nightly"))).toBeUndefined();
});

describe("POST /schedules/:name/run", () => {
  const post = (key: string) => ["POST", "/schedules/nightly/run", { "idempotency-key": key }] as const;

  test("submits the request now, under the name of who asks, and once for a key", async () => {
    const { send, operations } = opened();
    const first = await send(...post("a"));
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ status: "accepted", location: first.headers.get("location") });
    expect((await send(...post("a"))).body).toMatchObject({ status: "duplicate", operation: first.body["operation"] });
    expect((await send(...post("a"))).status).toBe(200);
    expect(await operations()).toMatchObject([{ id: first.body["operation"], requestedBy: "cli:ada" }]);
    await send(...post("b"));
    expect(await operations()).toHaveLength(2);
  });

  test("is another run each time without a key, and leaves the due dates as they are", async () => {
    const { time, host, send, operations, schedule } = opened();
    host.start();
    await time.advance(secondMs);
    for (let count = 0; count < 2; count += 1) await send("POST", "/schedules/nightly/run");
    expect(await operations()).toHaveLength(2);
    expect(await schedule()).not.toHaveProperty("lastDue");
    await time.advance(6 * hourMs + 15 * secondMs);
    expect(await operations()).toHaveLength(3);
  });

  test("answers only when everything written is durable", async () => {
    const { send, platform } = opened();
    let committed = 0;
    platform.bus.onCommit(() => {
      committed += 1;
    });
    await send(...post("a"));
    expect(committed).toBe(1);
  });

  test.each([["other"], ["__proto__"], ["nightly%2F"]])("answers 404 for %s", async (name) => {
    expect((await opened().send("POST", `/schedules/${name}/run`)).status).toBe(404);
  });

  test.each([["x".repeat(129)], ["a b"], ["\u00e4"]])("refuses the key %j", async (key) => {
    const { send, operations } = opened();
    expect(await send(...post(key))).toMatchObject({ status: 400, body: { code: "invalid-parameter" } });
    expect(await operations()).toEqual([]);
  });

  test("says in the history why", async () => {
    const { host, send } = opened();
    const asked = new Request("http://drover/schedules/nightly/run", { method: "POST", body: '{"note":"new lease"}' });
    const { operation } = (await (await host.application.fetch(asked)).json()) as { operation: string };
    expect((await send("GET", `/operations/${operation}/history`)).body).toMatchObject({
      history: [{ what: "accepted", detail: "from http: new lease" }],
    });
  });
});

test("a client sees and runs those schedules alone whose operations it may see", async () => {
  const tokenOf = (name: string) => `${name}-${"x".repeat(40)}`;
  const hashOf = (name: string) => `sha256:${createHash("sha256").update(tokenOf(name)).digest("hex")}`;
  const client = (name: string, connections: readonly string[], actions: readonly string[]) => ({
    auth: { kind: "bearer", tokens: [hashOf(name)] },
    allow: { sources: ["/drover/schedules"], types: ["*"], connections, actions },
  });
  const { sendGuarded } = opened({
    clients: {
      near: client("near", ["sphere"], ["read", "schedule"]),
      far: client("far", ["other"], ["read", "schedule"]),
      reader: client("reader", ["sphere"], ["read"]),
    },
  });
  const as = (name: string) => ({ authorization: `Bearer ${tokenOf(name)}` });
  const listed = async (name: string) => (await sendGuarded("GET", "/schedules", as(name))).body["schedules"];
  expect(await listed("near")).toHaveLength(1);
  expect(await listed("far")).toEqual([]);
  const statuses = ["near", "far", "reader"].map(
    async (name) => (await sendGuarded("POST", "/schedules/nightly/run", as(name))).status,
  );
  expect(await Promise.all(statuses)).toEqual([202, 404, 403]);
});
