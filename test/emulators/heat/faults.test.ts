import { describe, expect, it } from "vitest";
import { createHeatEmulator, type HeatFault } from "../../../emulators/heat/index.ts";
import { Bench, ids, scenario } from "./harness.ts";

const creates = { method: "POST", path: "*/software_deployments" };

async function broken(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : "answered";
}

/** The client gives up once nothing else happens. */
async function abandoned(bench: Bench, fields: object = {}): Promise<string> {
  const client = new AbortController();
  const token = await bench.token();
  const body = { config_id: ids.config, server_id: ids.server, status: "IN_PROGRESS", ...fields };
  const path = `/v1/${ids.project}/software_deployments`;
  const sent = bench.send("POST", path, body, token, { signal: client.signal });
  setImmediate(() => client.abort());
  return broken(sent);
}

describe("a fault", () => {
  it("stall: the row is kept, and the answer is a timeout of the broker", async () => {
    const bench = new Bench();
    const fault = bench.emulator.addFault({ ...creates, kind: "stall", delayMs: 60_000, times: 1 });
    const { status, text } = await bench.create();
    expect([status, text.includes('"type": "MessagingTimeout", "traceback": null}')]).toEqual([500, true]);
    expect(bench.waits).toEqual([60_000]);
    expect((await bench.list())[0]?.creation_time).toBe("2026-11-21T04:00:00Z");
    expect(fault.hits()).toBe(1);
    expect((await bench.create()).status).toBe(200);
  });

  it("stall: the engine may go on only later", async () => {
    const bench = new Bench();
    bench.emulator.addFault({ ...creates, kind: "stall", delayMs: 60_000, landsAfterMs: 90_000 });
    await bench.create();
    expect(await bench.list()).toEqual([]);
    expect((await bench.pass(30_000).list())[0]?.creation_time).toBe("2026-11-21T04:01:30Z");
  });

  it.each(["drop", "messaging-timeout"] as const)(
    "late-landing with %s: an empty list proves nothing",
    async (reply) => {
      const bench = new Bench();
      bench.emulator.addFault({ ...creates, kind: "late-landing", landsAfterMs: 20_000, reply, times: 1 });
      const answer = bench.create();
      expect(await broken(answer)).toBe(reply === "drop" ? "fetch failed" : "answered");
      expect(await bench.pass(19_999).list()).toEqual([]);
      expect(await bench.pass(1).list()).toHaveLength(1);
      expect(bench.pass(60_000).emulator.state.runs()).toMatchObject([{ atMs: bench.nowMs - 59_000 }]);
    },
  );

  it.each([
    ["late-landing", { kind: "late-landing", landsAfterMs: 20_000, reply: "hang" }, 1],
    ["hang that lands", { kind: "hang", landsAfterMs: 20_000 }, 1],
    ["hang that lands at once", { kind: "hang", landsAfterMs: 0 }, 1],
    ["hang", { kind: "hang" }, 0],
  ] satisfies [string, HeatFault, number][])("%s never answers", async (_, fault, rows) => {
    const bench = new Bench();
    await bench.token();
    bench.emulator.addFault({ ...creates, ...fault });
    expect(await abandoned(bench)).toMatch(/abort/i);
    expect(await bench.pass(20_000).list()).toHaveLength(rows);
  });

  it("late-landing judges by what holds when it lands", async () => {
    const bench = new Bench();
    const config_id = await bench.config();
    bench.emulator.addFault({ ...creates, kind: "late-landing", landsAfterMs: 20_000 });
    expect(await broken(bench.create({ config_id }))).toBe("fetch failed");
    expect((await bench.heat("DELETE", `/software_configs/${config_id}`)).status).toBe(204);
    expect(await bench.pass(60_000).list()).toEqual([]);
    expect(await broken(bench.create())).toBe("fetch failed");
    expect((await bench.pass(20_000).heat("DELETE", `/software_configs/${ids.config}`)).status).toBe(500);
  });

  it("late-landing lets nobody in whose token is no good", async () => {
    const bench = new Bench();
    bench.emulator.addFault({ ...creates, kind: "late-landing", landsAfterMs: 1 });
    expect(await broken(bench.create({}, "no token"))).toBe("fetch failed");
    expect(await bench.pass(60_000).list()).toEqual([]);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])("drop with takesEffect %s", async (takesEffect, rows) => {
    const bench = new Bench();
    bench.emulator.addFault({ ...creates, kind: "drop", takesEffect });
    expect(await broken(bench.create())).toBe("fetch failed");
    expect(await bench.list()).toHaveLength(rows);
    expect(bench.emulator.requests().at(-2)).toMatchObject({ method: "POST", status: null, fault: "drop" });
  });

  it("slow: carried out at once, answered later", async () => {
    const bench = new Bench();
    bench.emulator.addFault({ ...creates, kind: "slow", delayMs: 1_500 });
    expect((await bench.create()).body.software_deployment.creation_time).toBe("2026-11-21T04:00:00Z");
    expect(bench.waits).toEqual([1_500]);
  });

  it("token-refused-once: the login is good all the same", async () => {
    const bench = new Bench();
    bench.emulator.addFault({ kind: "token-refused-once", path: "*/software_deployments" });
    const refused = await bench.create();
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      401,
      'Keystone uri="http://cloud.test/v3"',
    ]);
    expect((await bench.create()).status).toBe(200);
  });

  it.each([
    ["heat", 500, '{"code": 500, "title": "Internal Server Error", "explanation"', "application/json"],
    ["heat", 404, '"error": {"type": "HTTPNotFound"', "application/json"],
    ["keystone-401", 401, '{"error": {"code": 401, "title": "Unauthorized"', "application/json"],
    ["apig", 429, '{"error_code":"APIG.0308","error_msg":"Too Many Requests","request_id":"req-', "application/json"],
    ["rackspace", 413, '{"overLimit":{"code":413,"message":"Request Entity Too Large"', "application/json"],
    ["text-503", 503, "503 Service Unavailable\n\nThe server is currently unavailable.", "text/plain; charset=UTF-8"],
    ["html", 502, "<html>\r\n<head><title>502 Bad Gateway</title>", "text/html"],
    ["empty", 504, "", null],
  ] as const)("status as %s %i", async (body, status, begin, type) => {
    const bench = new Bench();
    bench.emulator.addFault({ ...creates, kind: "status", status, body, retryAfterSeconds: 7 });
    const answer = await bench.create();
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(begin);
    expect([answer.headers.get("content-type"), answer.headers.get("retry-after")]).toEqual([type, "7"]);
    expect(await bench.list()).toEqual([]);
  });

  it("status with a type, a message and an effect", async () => {
    const bench = new Bench();
    const named = { code: "InternalError", message: "odd", takesEffect: true };
    bench.emulator.addFault({ ...creates, kind: "status", status: 500, ...named });
    expect((await bench.create()).text).toContain('{"type": "InternalError", "traceback": null, "message": "odd"}');
    expect(await bench.list()).toHaveLength(1);
  });

  it("is chosen by method, path, place, body, predicate and chance", async () => {
    const bench = new Bench();
    const { emulator } = bench;
    const status = { kind: "status", status: 502 } as const;
    emulator.addFault({ ...status, ...creates, skip: 1, times: 1 });
    const answers = [(await bench.create()).status, (await bench.create()).status, (await bench.create()).status];
    expect(answers).toEqual([200, 502, 200]);
    emulator.clearFaults();
    emulator.addFault({ ...status, contains: '"server_id":"chosen"' });
    expect([(await bench.create()).status, (await bench.create({ server_id: "chosen" })).status]).toEqual([200, 502]);
    emulator.clearFaults();
    const found = emulator.addFault({ ...status, where: ({ query }) => query.includes("server_id=x") });
    await expect(bench.list("x")).resolves.toBeUndefined();
    found.remove();
    expect(await bench.list("x")).toEqual([]);
    emulator.addFault({ ...status, probability: 0.5 });
    const struck: boolean[] = [];
    for (let i = 0; i < 100; i++) struck.push((await bench.create()).status === 502);
    expect(struck.filter(Boolean).length).toBeGreaterThan(30);
    expect(struck.filter(Boolean).length).toBeLessThan(70);
  });

  it("that delays needs something to wait with", () => {
    const { addFault } = createHeatEmulator({ now: () => 0, scenario });
    expect(() => addFault({ kind: "slow", delayMs: 1 })).toThrow(
      "Expected the option delay for a fault of kind slow, got none",
    );
    expect(() => addFault({ kind: "stall", delayMs: 1 })).toThrow("of kind stall");
    expect(() => addFault({ kind: "hang" })).not.toThrow();
  });
});
