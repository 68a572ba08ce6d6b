import { describe, expect, it } from "vitest";
import { Harness, plain } from "./harness.ts";

describe("the same name twice", () => {
  it("makes a second device with an archive of its own", async () => {
    const harness = new Harness();
    const [first, second] = [await harness.device("cam-1"), await harness.device("cam-1")];
    expect(first.id).not.toBe(second.id);
    expect(harness.emulator.state.devices("cam-1")).toHaveLength(2);
    for (const stick of [first, second]) expect(harness.emulator.appliance.plugIn(stick).accepted).toBe(true);
  });

  it("is a conflict when told, until the first one is gone for good", async () => {
    const harness = new Harness({ ...plain, sameName: "conflict" });
    const { id } = await harness.device("cam-1");
    const again = async () => harness.ask("POST", "/devices", { Name: "cam-1" });
    expect((await again()).body).toMatchObject({ ResourceId: id, ResourceType: "device" });
    expect((await harness.ask("POST", "/devices", { Name: "cam-10" })).status).toBe(200);
    await harness.ask("DELETE", `/devices/${id}`);
    harness.tick(19_999);
    expect((await again()).status).toBe(409);
    harness.tick(1);
    expect((await again()).status).toBe(200);
    expect(harness.emulator.state.provisioned("cam-1")).toBe(2);
  });
});

describe("deleting", () => {
  it("answers at once, shows DELETING, and the device is found no more at the end", async () => {
    const harness = new Harness();
    const { id } = await harness.device("cam-1");
    const path = `/devices/${id}`;
    expect((await harness.ask("DELETE", path)).body).toEqual({ DeviceId: id });
    const read = async () => (await harness.ask("GET", path)).body["ProvisioningStatus"];
    expect(await read()).toBe("DELETING");
    expect((await harness.ask("DELETE", path)).status).toBe(409);
    expect((await harness.ask("PUT", path, { Description: "x" })).status).toBe(409);
    harness.emulator.configure({ deleteWhileDeleting: "accept" });
    expect((await harness.ask("DELETE", path)).status).toBe(200);
    harness.tick(20_000);
    for (const [method, body] of [["GET"], ["DELETE"], ["PUT", { Description: "x" }]] as const) {
      const reply = await harness.ask(method, path, body);
      expect([reply.status, reply.body["ResourceId"]]).toEqual([404, id]);
    }
    const kinds = harness.emulator.state.effects().map(({ kind }) => kind);
    expect(kinds).toEqual(["provisioned", "delete-accepted", "deleted"]);
  });

  it("can be done at once, and stops a provisioning", async () => {
    const harness = new Harness({ ...plain, deletion: "at-once" });
    const { id } = await harness.device("cam-1");
    await harness.ask("DELETE", `/devices/${id}`);
    expect((await harness.ask("GET", `/devices/${id}`)).status).toBe(404);
    harness.emulator.configure({ deletion: "deleting-first", deleteMs: 500_000 });
    const pending = await harness.device("cam-2");
    harness.emulator.appliance.plugIn(pending);
    await harness.ask("DELETE", `/devices/${pending.id}`);
    harness.tick(60_000);
    expect(harness.emulator.state.device(pending.id)?.status).toBe("DELETING");
  });

  it("is refused while something runs on the device", async () => {
    const harness = new Harness();
    const id = harness.emulator.seedDevice({ name: "cam-1", inUse: true });
    expect((await harness.ask("DELETE", `/devices/${id}`)).status).toBe(409);
    harness.emulator.otherWriter.write({ kind: "use", name: "cam-1", inUse: false });
    expect((await harness.ask("DELETE", `/devices/${id}`)).status).toBe(200);
  });
});

describe("the quota", () => {
  it.each([
    [true, 402],
    [false, 200],
  ])("of fifty devices counts those in DELETING: %s", async (quotaCountsDeleting, status) => {
    const harness = new Harness({ ...plain, quotaCountsDeleting });
    for (let count = 0; count < 49; count += 1) harness.emulator.seedDevice({ name: `cam-${count}` });
    const make = async () => (await harness.ask("POST", "/devices", { Name: "more" })).status;
    expect([await make(), await make()]).toEqual([200, 402]);
    harness.emulator.otherWriter.write({ kind: "delete", name: "cam-7" });
    expect(await make()).toBe(status);
    harness.tick(20_000);
    expect(await make()).toBe(status === 402 ? 200 : 402);
  });
});

describe("jobs", () => {
  const reboot = (id: string) => ({ DeviceIds: [id], JobType: "REBOOT" });

  it("go through their states by the clock and change the software at the end", async () => {
    const harness = new Harness();
    const id = harness.emulator.seedDevice({ name: "cam-1" });
    const DeviceJobConfig = { OTAJobConfig: { ImageVersion: "7.3.0" } };
    await harness.ask("POST", "/jobs", { DeviceIds: [id], JobType: "OTA", DeviceJobConfig });
    const seen = [];
    for (let step = 0; step < 6; step += 1) {
      const { body } = await harness.ask("GET", `/devices/${id}`);
      const latest = body["LatestDeviceJob"];
      seen.push([latest, body["CurrentSoftware"], body["DeviceAggregatedStatus"]]);
      if (step < 5) expect((await harness.ask("POST", "/jobs", reboot(id))).status).toBe(409);
      harness.tick(15_000);
    }
    const states = ["PENDING", "IN_PROGRESS", "DOWNLOADING", "VERIFYING", "REBOOTING", "COMPLETED"];
    expect(seen).toEqual(
      states.map((Status) => [
        { JobType: "OTA", Status, ImageVersion: "7.3.0" },
        Status === "COMPLETED" ? "7.3.0" : "6.2.1",
        Status === "REBOOTING" ? "REBOOTING" : "ONLINE",
      ]),
    );
    expect((await harness.ask("POST", "/jobs", reboot(id))).body).toEqual({
      Jobs: [{ JobId: `${id}-1`, DeviceId: id }],
    });
  });

  it("fail or stay as scripted", async () => {
    const harness = new Harness();
    const id = harness.emulator.seedDevice({ name: "cam-1" });
    const status = async (job: number) => (await harness.ask("GET", `/jobs/${id}-${job}`)).body["Status"];
    harness.emulator.script({ kind: "job", result: "failed", workMs: 1_000, times: 1 });
    harness.emulator.script({ where: ({ device }) => device === "cam-1", result: "stuck" });
    await harness.ask("POST", "/jobs", reboot(id));
    harness.tick(3_000);
    expect(await status(0)).toBe("FAILED");
    await harness.ask("POST", "/jobs", reboot(id));
    harness.tick(86_400_000);
    expect(await status(1)).toBe("REBOOTING");
    expect(harness.emulator.state.jobs(id)).toHaveLength(2);
  });

  it("need a provisioned device", async () => {
    const harness = new Harness();
    const { id } = await harness.device("cam-1");
    expect((await harness.ask("POST", "/jobs", reboot(id))).status).toBe(409);
    expect((await harness.ask("POST", "/jobs", reboot("device-none"))).status).toBe(404);
  });
});

describe("somebody else", () => {
  it("provisions, tags, describes and deletes; nobody else gets the archive", async () => {
    const harness = new Harness();
    const { otherWriter, state } = harness.emulator;
    const id = otherWriter.write({ kind: "provision", name: "cam-1", tags: { owner: "them", a: "1" } });
    otherWriter.write({ kind: "tag", name: "cam-1", tags: { b: "2" } });
    otherWriter.write({ kind: "untag", name: "cam-1", keys: ["a"] });
    otherWriter.write({ kind: "describe", name: "cam-1", description: "theirs" });
    expect(state.device(id)).toMatchObject({ tags: { owner: "them", b: "2" }, description: "theirs" });
    expect(state.provisioned()).toBe(0);
    expect(state.effects().every(({ by }) => by === "other-writer")).toBe(true);
    otherWriter.write({ kind: "delete", name: "cam-1" });
    harness.tick(20_000);
    expect(() => otherWriter.write({ kind: "delete", name: "cam-1" })).toThrow(/name cam-1 to exist/);
  });
});
