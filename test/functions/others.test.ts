import { describe, expect, test } from "vitest";
import { encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { fixture, request } from "./harness.ts";

describe("events", () => {
  test("come in order, from a position on", async () => {
    const { send } = fixture();
    await send("POST", "/requests", request("a"));
    await send("POST", "/requests", request("b"));
    const all = await send("GET", "/events");
    const events = all.body["events"] as { position: number; event: { type: string; correlationid: string } }[];
    expect(events.map(({ event }) => event.correlationid)).toEqual(["a", "b"]);
    const after = events[0]?.position ?? 0;
    expect((await send("GET", `/events?after=${after}&limit=1`)).body).toMatchObject({
      events: [{ event: { correlationid: "b" } }],
    });
    expect((await send("GET", `/events?after=${String(all.body["next"])}`)).body).toEqual({
      events: [],
      next: all.body["next"],
    });
  });

  test("are waited for", async () => {
    const { send } = fixture();
    const waiting = send("GET", "/events?after=0&wait=20");
    await send("POST", "/requests", request("a"));
    expect((await waiting).body).toMatchObject({ events: [{ event: { type: "drover.operation.accepted" } }] });
  });

  test.each(["after=-1", "after=x", "limit=0", "wait=31"])("are refused for %s", async (query) => {
    expect((await fixture().send("GET", `/events?${query}`)).status).toBe(400);
  });
});

describe("connections", () => {
  test("are listed, paused and resumed without their credentials", async () => {
    const { send } = fixture();
    const listed = await send("GET", "/connections");
    expect(listed.body["connections"]).toMatchObject([{ name: "sphere", kind: "azure-sphere" }]);
    expect(JSON.stringify(listed.body)).not.toContain("credential");
    expect((await send("POST", "/connections/sphere/pause", { note: "later" })).body).toMatchObject({
      paused: { by: "cli:ada", note: "later" },
    });
    expect((await send("POST", "/connections/sphere/resume")).body).not.toHaveProperty("paused");
    expect((await send("POST", "/connections/other/pause")).status).toBe(404);
    expect((await send("POST", "/connections/__proto__/check")).status).toBe(404);
  });

  test("hold back what is new while they are paused", async () => {
    const { send, host, emulator } = fixture();
    await send("POST", "/connections/sphere/pause", {});
    const { body } = await send("POST", "/requests", request("a"));
    host.start();
    const path = `/operations/${String(body["operation"])}`;
    const { body: seen } = await send("GET", path);
    await send("GET", `${path}?wait=10&since=${String(seen["updatedAt"])}`);
    expect((await send("GET", `${path}/explanation`)).body).toMatchObject({
      waitsFor: { code: "paused" },
      acts: { who: "person" },
    });
    expect(emulator.state.acceptedCreates()).toBe(0);
  });

  test("are checked at their provider", async () => {
    const { send, emulator } = fixture();
    expect((await send("POST", "/connections/sphere/check")).body).toMatchObject({ ok: true, connection: "sphere" });
    emulator.addFault({ kind: "status", status: 403, path: "/v2/*" });
    expect((await send("POST", "/connections/sphere/check")).body).toMatchObject({ ok: false });
  });
});

describe("dead letters", () => {
  test("are listed without their bodies, shown with them, and redriven", async () => {
    const { send, platform, host } = fixture();
    const letter = encodeDeadLetter({
      queue: "inbox",
      id: "1",
      body: "nothing",
      cause: "not JSON",
      receives: 5,
      at: Date.now(),
    });
    await platform.queue.send([{ queue: "inbox-dead-letters", body: letter }]);
    host.start();
    await expect.poll(async () => (await send("GET", "/dead-letters")).body["deadLetters"]).toHaveLength(1);
    const [listed] = (await send("GET", "/dead-letters")).body["deadLetters"] as Record<string, unknown>[];
    expect(listed).toMatchObject({ queue: "inbox", cause: "not JSON", verdict: "needs-decision" });
    expect(listed).not.toHaveProperty("body");
    const path = `/dead-letters/${String(listed?.["id"])}`;
    expect((await send("GET", path)).body).toMatchObject({ body: "nothing" });
    const redriven = await send("POST", `${path}/redrive`);
    expect(redriven.status).toBe(202);
    expect(redriven.body).toHaveProperty("redrivenAt");
  });

  test("are not found under another id", async () => {
    const { send } = fixture();
    for (const id of ["x", "a".repeat(26)]) {
      expect((await send("GET", `/dead-letters/${id}`)).status).toBe(404);
      expect((await send("POST", `/dead-letters/${id}/redrive`)).status).toBe(404);
    }
  });
});

describe("the vault", () => {
  const text = { "content-type": "text/plain" };

  test("lists names, and never answers a value", async () => {
    const { send } = fixture();
    const put = await send("PUT", "/vault/app", "s3cret", text);
    expect(put.body).toEqual({ name: "app", stored: true });
    expect((await send("GET", "/vault")).body).toEqual({ names: ["app"] });
    expect((await send("GET", "/vault/app")).status).toBe(404);
    expect((await send("DELETE", "/vault/app")).body).toEqual({ name: "app", removed: true });
    expect((await send("DELETE", "/vault/app")).status).toBe(404);
  });

  test("refuses names and values that cannot be kept", async () => {
    const { send } = fixture();
    expect((await send("PUT", "/vault/..%2fx", "a", text)).status).toBe(422);
    expect((await send("PUT", "/vault/app", "", text)).status).toBe(422);
    expect((await send("PUT", "/vault/app", "a".repeat(70_000), text)).status).toBe(413);
    expect((await send("PUT", "/vault/app", { a: 1 })).status).toBe(415);
  });
});

describe("other paths", () => {
  test("answer 404 as a problem", async () => {
    const { send } = fixture();
    const { status, body } = await send("GET", "/nothing");
    expect([status, body["code"]]).toEqual([404, "no-such-route"]);
  });

  test("say that all is well, and whether anything works here", async () => {
    const { send, host } = fixture();
    expect((await send("GET", "/healthz")).body).toEqual({ status: "ok" });
    const before = await send("GET", "/health");
    expect(before.body).toMatchObject({ status: "degraded", working: false, storage: { ok: true } });
    expect((before.body["checks"] as { name: string; ok: boolean }[]).filter(({ ok }) => !ok)).toMatchObject([
      { name: "worker", since: expect.any(String) },
    ]);
    host.start();
    expect((await send("GET", "/health")).body).toMatchObject({ status: "ok", working: true });
  });

  test("say no more than that of a defect", async () => {
    const { send, platform } = fixture();
    Object.assign(platform.ledger, {
      listOperations: () => Promise.reject(new TypeError("token=abc")),
    });
    const { status, body } = await send("GET", "/operations");
    expect([status, body["code"]]).toEqual([500, "defect"]);
    expect(JSON.stringify(body)).not.toContain("abc");
  });
});
