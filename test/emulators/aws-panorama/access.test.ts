import { describe, expect, it } from "vitest";
import { Harness, KEYS, plain } from "./harness.ts";

const typeOf = (headers: Headers) => headers.get("x-amzn-errortype");

describe("who may call", () => {
  it("refuses a wrong key, an unknown one, another service, region and time", async () => {
    const harness = new Harness();
    const ask = async (signedBy: object) => {
      const { status, headers } = await harness.ask("GET", "/devices", undefined, { ...KEYS, ...signedBy });
      return [status, typeOf(headers)];
    };
    expect(await ask({})).toEqual([200, null]);
    expect(await ask({ secretAccessKey: "other" })).toEqual([403, "InvalidSignatureException"]);
    expect(await ask({ accessKeyId: "AKIDOTHER" })).toEqual([403, "UnrecognizedClientException"]);
    expect(await ask({ service: "iot" })).toEqual([403, "InvalidSignatureException"]);
    expect(await ask({ region: "us-east-1" })).toEqual([403, "InvalidSignatureException"]);
    const old = await harness.request("GET", "/devices");
    harness.tick(300_001);
    expect(typeOf((await harness.emulator.fetch(old)).headers)).toBe("InvalidSignatureException");
    expect(JSON.stringify(harness.emulator.requests())).not.toContain("Signature=");
  });

  it("refuses a request that was changed after it was signed", async () => {
    const harness = new Harness();
    const signed = await harness.request("POST", "/devices", { Name: "cam-1" });
    const send = async (url: string, change: RequestInit & { headers?: Record<string, string> }) => {
      const headers = { ...Object.fromEntries(signed.headers), ...change.headers };
      const init = { method: "POST", body: '{"Name":"cam-1"}', ...change, headers };
      return typeOf((await harness.emulator.fetch(new Request(url, init))).headers);
    };
    expect(await send(signed.url, { body: '{"Name":"cam-2"}' })).toBe("InvalidSignatureException");
    expect(await send(`${signed.url}?x=1`, {})).toBe("InvalidSignatureException");
    expect(await send(signed.url.replace("/devices", "/jobs"), {})).toBe("InvalidSignatureException");
    expect(await send(signed.url, { method: "PUT" })).toBe("UnknownOperationException");
    expect(await send(signed.url, { headers: { authorization: "AWS4-HMAC-SHA256 no" } })).toBe(
      "IncompleteSignatureException",
    );
    const { "x-amz-date": date = "" } = Object.fromEntries(signed.headers);
    expect(await send(signed.url, { headers: { "x-amz-date": date.replace(/\d\dZ/, "59Z") } })).toBe(
      "InvalidSignatureException",
    );
    const bare = new Request(signed.url, { method: "POST", body: "{}" });
    expect(typeOf((await harness.emulator.fetch(bare)).headers)).toBe("MissingAuthenticationTokenException");
    expect(harness.emulator.state.provisioned()).toBe(0);
    expect(await send(signed.url, {})).toBeNull();
  });

  it("takes temporary credentials with their token only", async () => {
    const harness = new Harness();
    const temporary = { accessKeyId: "ASIATEMPORARY", secretAccessKey: "temporary" };
    harness.emulator.seedAccessKey({ ...temporary, sessionToken: "token/+==" });
    const ask = async (more: object) =>
      typeOf((await harness.ask("GET", "/devices", undefined, { ...temporary, ...more })).headers);
    expect(await ask({})).toBe("UnrecognizedClientException");
    expect(await ask({ sessionToken: "other" })).toBe("UnrecognizedClientException");
    expect(await ask({ sessionToken: "token/+==" })).toBeNull();
    const unsigned = await harness.request("GET", "/devices", undefined, temporary);
    unsigned.headers.set("x-amz-security-token", "token/+==");
    expect(typeOf((await harness.emulator.fetch(unsigned)).headers)).toBe("InvalidSignatureException");
  });

  it("refuses actions that a key may not do", async () => {
    const harness = new Harness();
    harness.emulator.seedAccessKey({ ...KEYS, actions: ["ListDevices"] });
    expect((await harness.ask("GET", "/devices")).status).toBe(200);
    const { status, headers, body } = await harness.ask("POST", "/devices", { Name: "cam-1" });
    expect([status, typeOf(headers)]).toEqual([403, "AccessDeniedException"]);
    expect(body["Message"]).toBeTruthy();
  });

  it("knows no other paths", async () => {
    const harness = new Harness();
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/devices/a/b"],
      ["PATCH", "/devices/a"],
      ["GET", "/devices/"],
    ] as const) {
      expect(typeOf((await harness.ask(method, path)).headers)).toBe("UnknownOperationException");
    }
    expect(harness.emulator.callCounts()).toEqual({ Unknown: 4 });
  });
});

describe("how often", () => {
  const limits = { callsPerSecond: 5, mutationsPerSecond: 1 };

  it("lets five calls a second pass, one of them a change; refused ones cost nothing", async () => {
    const harness = new Harness({ ...plain, throttling: limits });
    const list = async () => (await harness.ask("GET", "/devices")).status;
    const make = async () => (await harness.ask("POST", "/devices", { Name: "cam" })).status;
    expect([await make(), await make(), await list(), await list(), await list(), await list(), await list()]).toEqual([
      200, 400, 200, 200, 200, 200, 400,
    ]);
    harness.tick(999);
    expect([await list(), await make()]).toEqual([400, 400]);
    harness.tick(1);
    expect([await make(), await list()]).toEqual([200, 200]);
    expect(harness.emulator.state.provisioned()).toBe(2);
  });

  it("can give each changing operation a budget of its own", async () => {
    const seconds = (mutationBudget: "shared" | "per-operation") =>
      new Harness({ ...plain, throttling: limits, mutationBudget });
    for (const [harness, status] of [
      [seconds("shared"), 400],
      [seconds("per-operation"), 200],
    ] as const) {
      const id = harness.emulator.seedDevice({ name: "old" });
      expect((await harness.ask("POST", "/devices", { Name: "cam" })).status).toBe(200);
      expect((await harness.ask("DELETE", `/devices/${id}`)).status).toBe(status);
      expect((await harness.ask("POST", "/devices", { Name: "cam" })).status).toBe(400);
    }
  });

  it.each([
    ["400-throttling", 400, "ThrottlingException"],
    ["429-throttling", 429, "ThrottlingException"],
    ["429-too-many-requests", 429, "TooManyRequestsException"],
  ] as const)("says so as %s", async (throttleAnswer, status, type) => {
    const throttling = { callsPerSecond: 1, mutationsPerSecond: 1 };
    const harness = new Harness({ ...plain, throttling, throttleAnswer, throttleRetryAfterSeconds: 3 });
    await harness.ask("GET", "/devices");
    const reply = await harness.ask("GET", "/devices");
    expect([reply.status, typeOf(reply.headers), reply.headers.get("retry-after")]).toEqual([status, type, "3"]);
    harness.emulator.configure({ throttleRetryAfterSeconds: null });
    expect((await harness.ask("GET", "/devices")).headers.get("retry-after")).toBeNull();
  });
});
