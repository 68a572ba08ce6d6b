import { describe, expect, test } from "vitest";
import { limits } from "../../lib/contracts/limits.ts";
import { fixture, request } from "./harness.ts";

describe("POST /requests", () => {
  test("answers 202 with the operation's location, and 200 with the same one for a repeat", async () => {
    const { send } = fixture();
    const first = await send("POST", "/requests", request("a"));
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ status: "accepted" });
    const second = await send("POST", "/requests", request("a"));
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ status: "duplicate" });
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect(first.headers.get("location")).toBe(`/operations/${String(first.body["operation"])}`);
  });

  test("answers only when everything written is durable", async () => {
    const { send, platform } = fixture();
    let committed = 0;
    platform.bus.onCommit(() => {
      committed += 1;
    });
    await send("POST", "/requests", request("a"));
    expect(committed).toBe(1);
  });

  test("takes the name of its caller for the history", async () => {
    const { send } = fixture();
    const { body } = await send("POST", "/requests", request("a"));
    const shown = await send("GET", `/operations/${String(body["operation"])}`);
    expect(shown.body).toMatchObject({ requestedBy: "cli:ada" });
  });

  test("takes no name that could not stand in a history", async () => {
    const { send } = fixture();
    const headers = { "content-type": "application/json", "drover-caller": "cli:a b\u00e4" };
    const { body } = await send("POST", "/requests", request("a"), headers);
    expect((await send("GET", `/operations/${String(body["operation"])}`)).body).toMatchObject({ requestedBy: "http" });
  });

  test("refuses the same key with other content with 409", async () => {
    const { send } = fixture();
    await send("POST", "/requests", request("a"));
    const answer = await send("POST", "/requests", request("a", {}, { labels: { team: "other" } }));
    expect(answer.status).toBe(409);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({
      status: 409,
      code: "key-conflict",
      type: "urn:drover:problem:key-conflict",
      title: "Conflict",
    });
  });

  test("names every problem of an invalid request with 422", async () => {
    const { send } = fixture();
    const { status, body } = await send(
      "POST",
      "/requests",
      request("a", {}, { images: [], deadline: "soon", extra: 1 }),
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "invalid-request" });
    expect(String(body["problems"])).toMatch(/deadline/);
    expect(String(body["problems"])).toMatch(/images/);
    expect(String(body["problems"])).toMatch(/1 unknown key: expected connection, /);
  });

  test.each([
    ["text that is not JSON", "{", 400, "not-json"],
    ["JSON that is no object", "[]", 400, "not-an-object"],
    ["a body above the bound", JSON.stringify({ pad: "x".repeat(limits.requestBytes) }), 413, "too-large"],
    ["nesting without end", `${"[".repeat(100)}${"]".repeat(100)}`, 400, "too-deep"],
    ["an empty body", "", 400, "not-json"],
  ])("refuses %s", async (_, text, status, code) => {
    const { send } = fixture();
    const answer = await send("POST", "/requests", text);
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
  });

  test("reads no further than the bound when the length is not told", async () => {
    const { host } = fixture();
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16 * 1024).fill(32));
      },
    });
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: endless,
      duplex: "half" as const,
    };
    const response = await host.application.fetch(new Request("http://drover/requests", init));
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(8);
  });

  test.each([undefined, "text/plain", "application/cloudevents-batch+xml"])(
    "refuses the content type %s",
    async (type) => {
      const { send } = fixture();
      const { status } = await send(
        "POST",
        "/requests",
        Buffer.from(JSON.stringify(request("a"))).toString(),
        type ? { "content-type": type } : { "content-type": "x/y" },
      );
      expect(status).toBe(415);
    },
  );

  test("refuses an unknown connection and an unknown type with 422", async () => {
    const { send } = fixture();
    const connection = await send("POST", "/requests", request("a", {}, { connection: "other" }));
    expect([connection.status, connection.body["code"]]).toEqual([422, "unknown-connection"]);
    const type = await send("POST", "/requests", request("a", { type: "drover.nothing" }));
    expect([type.status, type.body["code"]]).toEqual([422, "unknown-type"]);
  });

  test("takes a cancel, and answers 404 when there is nothing to cancel", async () => {
    const { send } = fixture();
    const cancel = (id: string) => ({
      ...request(`cancel-${id}`, { type: "drover.operation.cancel" }),
      data: { source: "/test", id },
    });
    await send("POST", "/requests", request("a"));
    expect((await send("POST", "/requests", cancel("a"))).status).toBe(202);
    expect((await send("POST", "/requests", cancel("b"))).status).toBe(404);
  });

  test("answers 503 while storage refuses, and keeps what it was given nowhere", async () => {
    const { send, platform } = fixture();
    const health = platform.health;
    Object.assign(platform, { health: () => ({ ok: false, reason: "disk full", since: 0, fatal: false }) });
    const { status, headers, body } = await send("POST", "/requests", request("a"));
    expect([status, body["code"], headers.get("retry-after")]).toEqual([503, "storage-unavailable", "5"]);
    expect((await send("GET", "/healthz")).status).toBe(503);
    expect((await send("GET", "/health")).body).toMatchObject({
      status: "unavailable",
      storage: { reason: "disk full" },
    });
    Object.assign(platform, { health });
    expect((await send("GET", "/operations")).body).toEqual({ operations: [] });
  });
});

describe("POST /plans", () => {
  test("answers the calls of the provider and sends none", async () => {
    const { send, emulator } = fixture();
    const { status, body } = await send("POST", "/plans", request("a"));
    expect(status).toBe(200);
    const calls = body["calls"] as { method: string; changes: boolean }[];
    expect(calls.filter(({ changes }) => changes).map(({ method }) => method)).toEqual(["POST"]);
    expect(emulator.requests()).toEqual([]);
    expect((await send("GET", "/operations")).body).toEqual({ operations: [] });
  });

  test("refuses what cannot be carried out", async () => {
    const { send } = fixture();
    expect((await send("POST", "/plans", request("a", {}, { connection: "other" }))).status).toBe(422);
    expect((await send("POST", "/plans", "nothing")).status).toBe(400);
  });
});
