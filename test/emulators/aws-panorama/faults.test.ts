import { ProvisionDeviceCommand } from "@aws-sdk/client-panorama";
import { describe, expect, it } from "vitest";
import { Harness, plain, START_MS } from "./harness.ts";

const onProvision = { operation: "ProvisionDevice", times: 1 } as const;

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("Expected a rejection"),
    (error: unknown) => error,
  );
}

const make = (harness: Harness, name = "cam-1") => harness.ask("POST", "/devices", { Name: name, Tags: { op: "o1" } });

describe("faults", () => {
  it("lose the reply after the effect: the device is there, its archive is lost", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onProvision, kind: "drop", takesEffect: true });
    expect(await failureOf(make(harness))).toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(harness.emulator.state.devices("cam-1")).toMatchObject([{ tags: { op: "o1" } }]);
    const { text } = await harness.ask("GET", "/devices");
    expect(text).toContain('"op":"o1"');
    expect(text).not.toContain("Certificates");
  });

  it("drop the request before anything happens", async () => {
    const harness = new Harness();
    const fault = harness.emulator.addFault({ ...onProvision, kind: "drop" });
    await failureOf(make(harness));
    expect([fault.hits(), harness.emulator.state.provisioned()]).toEqual([1, 0]);
    expect((await make(harness)).status).toBe(200);
  });

  it("land late: the archive's five minutes begin then", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onProvision, kind: "late-landing", landsAfterMs: 30_000 });
    await failureOf(make(harness));
    expect(harness.emulator.state.nextChangeMs()).toBe(START_MS + 30_000);
    harness.tick(29_999);
    expect(harness.emulator.state.devices()).toEqual([]);
    harness.tick(10_001);
    const [device] = harness.emulator.state.devices();
    expect(device?.createdAtMs).toBe(START_MS + 30_000);
    expect(harness.emulator.state.archive(device?.id ?? "")?.issuedAtMs).toBe(START_MS + 30_000);
  });

  it("do not land what was refused", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onProvision, kind: "late-landing", landsAfterMs: 1_000, status: 503, times: 2 });
    const wrong = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wrong" };
    expect((await harness.ask("POST", "/devices", { Name: "cam-1" }, wrong)).status).toBe(503);
    expect((await harness.ask("POST", "/devices", { Name: "cam 1" })).status).toBe(503);
    harness.tick(60_000);
    expect(harness.emulator.state.provisioned()).toBe(0);
  });

  it("answer 5xx with and without the effect, and gateways' bodies", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onProvision, kind: "status", status: 500, takesEffect: true, retryAfterSeconds: 7 });
    harness.emulator.addFault({ ...onProvision, kind: "status", status: 503 });
    const replies = [await make(harness), await make(harness), await make(harness)];
    expect(replies.map(({ status }) => status)).toEqual([500, 503, 200]);
    expect(replies[0]?.headers.get("retry-after")).toBe("7");
    expect(harness.emulator.state.devices("cam-1")).toHaveLength(2);
    harness.emulator.addFault({ kind: "status", status: 502, body: "html" });
    const response = await harness.emulator.fetch(await harness.request("GET", "/devices"));
    expect(await response.text()).toContain("502 Bad Gateway");
  });

  it("make three devices of one call of the official client, which repeats by itself", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onProvision, kind: "status", status: 500, takesEffect: true, times: 3 });
    const client = harness.clientWith({ maxAttempts: 3 });
    const call = client.send(new ProvisionDeviceCommand({ Name: "cam-1" }));
    await expect(call).rejects.toMatchObject({ name: "InternalServerException", $metadata: { attempts: 3 } });
    expect(harness.emulator.state.provisioned("cam-1")).toBe(3);
  });

  it("cut the JSON of an answer that holds an archive, or break off in its middle", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onProvision, kind: "cut-json" });
    expect(await failureOf(harness.provision("cam-1"))).toBeInstanceOf(SyntaxError);
    harness.emulator.addFault({ ...onProvision, kind: "cut-connection" });
    const request = await harness.request("POST", "/devices", { Name: "cam-1" });
    expect(await failureOf((await harness.emulator.fetch(request)).text())).toMatchObject({ message: "fetch failed" });
    expect(harness.emulator.state.provisioned()).toBe(2);
  });

  it("leave out a member, or let somebody else in between", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onProvision, kind: "missing-member", member: "Certificates" });
    expect((await make(harness)).body).not.toHaveProperty("Certificates");
    const delay = harness.emulator.addFault({
      operation: "ListDevices",
      kind: "other-writer",
      moment: "after",
      write: { kind: "provision", name: "cam-2" },
      times: 1,
    });
    const list = async () => (await harness.ask("GET", "/devices?NameFilter=cam-2")).text;
    expect(await list()).not.toContain("cam-2");
    expect(await list()).toContain("cam-2");
    expect(delay.hits()).toBe(1);
    harness.emulator.addFault({
      operation: "ListDevices",
      kind: "other-writer",
      moment: "before",
      write: { kind: "provision", name: "cam-2-b" },
    });
    expect(await list()).toContain("cam-2-b");
  });

  it("are slow, or silent until the caller gives up", async () => {
    const waits: number[] = [];
    const harness = new Harness(plain, { delay: async (ms) => void waits.push(ms) });
    harness.emulator.addFault({ ...onProvision, kind: "slow", delayMs: 9_000 });
    expect((await make(harness)).status).toBe(200);
    expect(waits).toEqual([9_000]);
    harness.emulator.addFault({ ...onProvision, kind: "silence", takesEffect: true });
    const controller = new AbortController();
    const request = await harness.request("POST", "/devices", { Name: "cam-1" });
    const pending = failureOf(harness.emulator.fetch(new Request(request, { signal: controller.signal })));
    await new Promise((done) => setImmediate(done));
    controller.abort(new Error("gave up"));
    expect(await pending).toMatchObject({ message: "gave up" });
    expect(harness.emulator.state.provisioned()).toBe(2);
  });

  it("crash the caller where it is told to", async () => {
    const moments: string[] = [];
    const harness = new Harness(plain, {
      onCall: ({ when, operation, status }) => {
        moments.push(`${when} ${operation} ${status}`);
        if (when === "carried-out" && operation === "ProvisionDevice") throw new Error("crashed");
      },
    });
    expect(await failureOf(make(harness))).toMatchObject({ message: "crashed" });
    expect(moments).toEqual(["arrived ProvisionDevice null", "carried-out ProvisionDevice 200"]);
    expect(harness.emulator.state.provisioned()).toBe(1);
    expect(harness.emulator.calls()).toBe(1);
    expect(harness.emulator.calls("ListDevices")).toBe(0);
  });

  it("end when they are taken away", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ kind: "drop" });
    harness.emulator.clearFaults();
    expect((await make(harness)).status).toBe(200);
    const [logged] = harness.emulator.requests();
    expect(logged).toMatchObject({
      method: "POST",
      path: "/devices",
      authorization: "AWS4-HMAC-SHA256 ***",
      status: 200,
    });
    harness.emulator.clearRequests();
    expect(harness.emulator.requests()).toEqual([]);
  });
});
