import { describe, expect, it } from "vitest";
import { Harness, ids, servicePath } from "./harness.ts";

const PUT = "IotDpsResource_CreateOrUpdate";
const GET = "IotDpsResource_Get";

describe("faults", () => {
  it("loses the reply of a PUT that was accepted", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    harness.emulator.addFault({ kind: "drop", operation: PUT, takesEffect: true, times: 1 });
    await expect(harness.put({ ...whole, tags: { new: "yes" } })).rejects.toThrow("fetch failed");
    expect((await harness.get()).body.properties.state).toBe("Transitioning");
    harness.tick(15_000);
    expect((await harness.get()).body.tags).toEqual({ new: "yes" });
    expect(harness.emulator.state.acceptedWrites()).toBe(1);
  });

  it("drops a PUT that never arrives", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    const fault = harness.emulator.addFault({ kind: "drop", operation: "IotDps*_CreateOrUpdate" });
    await expect(harness.put(whole)).rejects.toThrow("fetch failed");
    expect(fault.hits()).toBe(1);
    expect(harness.emulator.state.acceptedWrites()).toBe(0);
    harness.emulator.clearFaults();
    expect((await harness.put(whole)).status).toBe(201);
  });

  it("accepts a PUT late, after another one was, and undoes it", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    harness.emulator.addFault({ kind: "late-landing", operation: PUT, landsAfterMs: 60_000, times: 1, status: 504 });
    expect((await harness.put({ ...whole, tags: { first: "yes" } })).status).toBe(504);
    await harness.putAndWait({ ...whole, tags: { second: "yes" } });
    harness.tick(60_000 + 15_000);
    expect((await harness.get()).body.tags).toEqual({ first: "yes" });
    expect(harness.emulator.state.effects().map(({ kind }) => kind)).toEqual([
      "update-accepted",
      "update-applied",
      "update-accepted",
      "update-applied",
    ]);
  });

  it("refuses a late PUT that lands while another operation runs", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    harness.emulator.addFault({ kind: "late-landing", operation: PUT, landsAfterMs: 10_000, times: 1 });
    await expect(harness.put({ ...whole, tags: { first: "yes" } })).rejects.toThrow("fetch failed");
    harness.tick(5_000);
    await harness.putAndWait({ ...whole, tags: { second: "yes" } });
    harness.tick(60_000);
    expect((await harness.get()).body.tags).toEqual({ second: "yes" });
  });

  it("answers bursts of 5xx and other bodies in the form asked for", async () => {
    const harness = new Harness();
    const { emulator } = harness;
    emulator.addFault({ operation: GET, kind: "status", status: 503, times: 2, retryAfterSeconds: 9 });
    const numeric = await harness.get();
    expect(numeric).toMatchObject({ status: 503, body: { code: 503_001, httpStatusCode: "ServiceUnavailable" } });
    expect(numeric.headers.get("retry-after")).toBe("9");
    expect((await harness.get()).status).toBe(503);
    expect((await harness.get()).status).toBe(200);
    emulator.configure({ errorShape: "pascal" });
    emulator.addFault({ operation: GET, kind: "status", status: 500, times: 1 });
    expect((await harness.get()).body).toMatchObject({ Code: "500001", HttpStatusCode: "InternalServerError" });
    emulator.addFault({ operation: GET, kind: "status", status: 429, times: 1 });
    const throttled = await harness.get();
    expect(throttled).toMatchObject({ status: 429, body: { error: { code: "ResourceRequestsThrottled" } } });
    expect(throttled.headers.get("retry-after")).toBe("372");
    emulator.addFault({ operation: GET, kind: "status", status: 502, body: "html", times: 1 });
    expect((await harness.get()).text).toMatch(/^<html>/);
    emulator.addFault({ operation: GET, kind: "status", status: 500, body: "envelope", code: "Oops", times: 1 });
    expect((await harness.get()).body).toMatchObject({ error: { code: "Oops" } });
    emulator.addFault({ operation: GET, kind: "status", status: 503, body: "empty", times: 1 });
    expect((await harness.get()).text).toBe("");
    emulator.addFault({ operation: GET, kind: "status", status: 503, body: "text", times: 1 });
    expect((await harness.get()).text).toContain("try again later");
  });

  it("answers an error although a PUT was accepted", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    harness.emulator.addFault({ kind: "status", status: 500, operation: PUT, takesEffect: true, times: 1 });
    expect((await harness.put(whole)).status).toBe(500);
    expect(harness.emulator.state.acceptedWrites()).toBe(1);
  });

  it("spoils bodies: not JSON, cut, cut off", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ operation: GET, kind: "other-body", text: "<html>Welcome</html>", times: 1 });
    expect(await harness.get()).toMatchObject({ status: 200, text: "<html>Welcome</html>" });
    harness.emulator.addFault({ operation: GET, kind: "cut-json", times: 1 });
    expect((await harness.get()).body).toBeNull();
    harness.emulator.addFault({ operation: GET, kind: "cut-connection", times: 1 });
    await expect(harness.get()).rejects.toThrow();
  });

  it("is silent until the caller gives up, and slow with a delay", async () => {
    const waited: number[] = [];
    const harness = new Harness({ delay: async (ms) => void waited.push(ms) });
    harness.emulator.addFault({ operation: GET, kind: "silence", times: 1 });
    const signal = AbortSignal.timeout(5);
    await expect(harness.send(servicePath, { signal })).rejects.toThrow(/timeout/i);
    harness.emulator.addFault({ operation: GET, kind: "slow", delayMs: 1_234, times: 1 });
    expect((await harness.get()).status).toBe(200);
    expect(waited).toEqual([1_234]);
    expect(() => new Harness().emulator.addFault({ kind: "slow", delayMs: 1 })).toThrow("Expected the option delay");
  });

  it("lets another writer act before a call is carried out", async () => {
    const harness = new Harness();
    const write = { service: ids.service, removePolicy: "backend", tags: { theirs: "yes" } };
    harness.emulator.addFault({ kind: "other-writer", moment: "before", write, operation: "IotDpsResource_ListKeys" });
    expect(await harness.rules()).toHaveLength(1);
    expect((await harness.get()).body.tags).toEqual({ theirs: "yes" });
  });
});

describe("what tests can see", () => {
  it("calls back before and after each call, and breaks it by what is thrown", async () => {
    const moments: string[] = [];
    let crashAt = "";
    const harness = new Harness({
      onCall: ({ when, operation, status }) => {
        moments.push(`${when} ${operation} ${status}`);
        if (`${when} ${operation}` === crashAt) throw new Error("crash");
      },
    });
    const whole = await harness.whole();
    expect(moments.slice(-2)).toEqual([
      "arrived IotDpsResource_ListKeys null",
      "carried-out IotDpsResource_ListKeys 200",
    ]);
    crashAt = `arrived ${PUT}`;
    await expect(harness.put(whole)).rejects.toThrow("crash");
    expect(harness.emulator.state.acceptedWrites()).toBe(0);
    crashAt = `carried-out ${PUT}`;
    await expect(harness.put(whole)).rejects.toThrow("crash");
    expect(harness.emulator.state.acceptedWrites()).toBe(1);
    expect(harness.emulator.calls(PUT)).toBe(2);
    expect(harness.emulator.callCounts()).toMatchObject({ Entra_ClientCredentialsToken: 1, IotDpsResource_Get: 1 });
  });

  it("records requests and answers in full, and makes keys recognisable", async () => {
    const harness = new Harness({ record: true, canaryPrefix: "CANARY" });
    const keys = harness.emulator.state.everyKey();
    expect(keys.length).toBeGreaterThanOrEqual(8);
    for (const key of keys) {
      expect(key).toMatch(/^CANARY[A-Za-z0-9+/]{37}=$/);
      expect(Buffer.from(key, "base64").toString("base64")).toBe(key);
    }
    const whole = await harness.whole();
    const { searchParams } = new URL((await harness.put(whole)).headers.get("azure-asyncoperation") ?? "");
    for (const name of ["c", "s", "h"]) expect(searchParams.get(name)).toMatch(/^CANARY/);
    expect(await harness.token()).toMatch(/^CANARY/);
    const leaks = harness.emulator.recorded().filter(({ answerText }) => answerText.includes("CANARY"));
    expect(leaks.map(({ operation }) => operation)).toEqual([
      "Entra_ClientCredentialsToken",
      "IotDpsResource_ListKeys",
      PUT,
      "Entra_ClientCredentialsToken",
    ]);
    expect(JSON.stringify(harness.emulator.requests())).not.toContain("CANARY");
    expect(() => new Harness({ canaryPrefix: "no-good" })).toThrow("Expected a canary prefix");
  });

  it("knows what is in force, and when", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    await harness.put({ ...whole, tags: {} });
    expect(harness.emulator.state.nextChangeMs()).toBe(harness.nowMs + 15_000);
    harness.tick(20_000);
    const [accepted, applied] = harness.emulator.state.effects();
    expect(accepted).toMatchObject({ kind: "update-accepted", by: "caller", resource: ids.service });
    expect(applied).toMatchObject({ kind: "update-applied", atMs: (accepted?.atMs ?? 0) + 15_000 });
    expect(harness.emulator.state.operations()).toMatchObject([{ kind: "update", ended: { status: "Succeeded" } }]);
    expect(harness.emulator.state.services()).toHaveLength(1);
    harness.emulator.otherWriter.remove(ids.service);
    expect(harness.emulator.state.service(ids.service)).toBeNull();
  });
});
