import { createPrivateKey, X509Certificate } from "node:crypto";
import { strFromU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readZip, writeZip } from "../../../emulators/aws/zip.ts";
import { archiveFileName } from "../../../emulators/aws-panorama/index.ts";
import { Harness, plain, START_MS } from "./harness.ts";

const FOLDER = "certificates-omni_cam-1/";

describe("the configuration archive", () => {
  it("is a ZIP with a certificate of five minutes, its key and the network settings", async () => {
    const harness = new Harness();
    const networking = { Ethernet0: { ConnectionType: "DHCP" as const } };
    const { archive, id } = await harness.device("cam-1", { NetworkingConfiguration: networking });
    const files = unzipSync(archive);
    expect(Object.keys(files)).toEqual(
      ["certificate.pem", "private-key.pem", "network.json"].map((file) => FOLDER + file),
    );
    const read = (file: string) => strFromU8(files[FOLDER + file] ?? new Uint8Array());
    expect(JSON.parse(read("network.json"))).toEqual({ NetworkingConfiguration: networking });
    const certificate = new X509Certificate(read("certificate.pem"));
    expect(certificate.subject).toBe(`CN=${harness.emulator.state.device(id)?.thingName}`);
    expect(certificate.issuer).toContain("O=Amazon.com Inc.");
    expect(Date.parse(certificate.validFrom)).toBe(Math.floor(START_MS / 1_000) * 1_000);
    expect(Date.parse(certificate.validTo)).toBe(Math.floor((START_MS + 300_000) / 1_000) * 1_000);
    expect(certificate.checkPrivateKey(createPrivateKey(read("private-key.pem")))).toBe(true);
    expect(harness.emulator.state.archive(id)).toMatchObject({ issuedAtMs: START_MS, usedAtMs: null });
  });

  it("has its files without a folder when told", async () => {
    const harness = new Harness({ ...plain, archiveLayout: "flat" });
    const { archive } = await harness.device("cam-1");
    expect(Object.keys(unzipSync(archive))).toEqual(["certificate.pem", "private-key.pem", "network.json"]);
    expect(harness.emulator.appliance.plugIn({ archive }).accepted).toBe(true);
  });

  it("follows from the seed, and each one is another", async () => {
    const archives = async (seed: number) => {
      const harness = new Harness(plain, { seed });
      const made = [await harness.device("cam-1"), await harness.device("cam-1")];
      return made.map(({ archive }) => Buffer.from(archive).toString("base64"));
    };
    const [first, second] = await archives(3);
    expect(first).not.toBe(second);
    expect(await archives(3)).toEqual([first, second]);
    expect((await archives(4))[0]).not.toBe(first);
  });

  it.each(["CANARY", "x", "zz9", "CANARYcanary0123456789ab", "9AAAAAAAAAAAAAAAAAAAAA"])(
    "shows the canary %s in everything secret and in no other answer",
    async (canary) => {
      const harness = new Harness(plain, { canaryPrefix: canary, record: true });
      const { id } = await harness.device("cam-1");
      await harness.ask("GET", `/devices/${id}`);
      await harness.ask("GET", "/devices");
      const secrets = harness.emulator.state.everySecret();
      expect(secrets).toHaveLength(3);
      for (const secret of secrets) expect(secret).toContain(canary);
      const carrying = harness.emulator.recorded().filter(({ answerText }) => answerText.includes(canary));
      if (canary.length > 5) expect(carrying.map(({ operation }) => operation)).toEqual(["ProvisionDevice"]);
      expect(new X509Certificate(secrets[1] ?? "").serialNumber).toMatch(/^[0-7]/);
      expect(JSON.stringify(harness.emulator.state.effects())).not.toContain(`${canary}A`);
    },
  );

  it.each(["with space", "a".repeat(25), "ümlaut"])("refuses the canary prefix %s", (canaryPrefix) => {
    expect(() => new Harness(plain, { canaryPrefix })).toThrow(/^Expected a canary prefix of at most 24/);
  });
});

describe("the ZIP writer and reader", () => {
  const entries = [
    { name: "a/ü.txt", content: Buffer.from("eins") },
    { name: "leer", content: Buffer.alloc(0) },
    { name: "b", content: Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251)) },
  ];

  it("writes what another library reads", () => {
    const files = unzipSync(writeZip(entries, Buffer.from("mark"), START_MS));
    expect(Object.keys(files)).toEqual(["a/ü.txt", "leer", "b"]);
    for (const { name, content } of entries) expect(Buffer.from(files[name] ?? []).equals(content)).toBe(true);
  });

  it("reads what another library stored, and its own", () => {
    const theirs = zipSync(Object.fromEntries(entries.map(({ name, content }) => [name, content])), { level: 0 });
    for (const archive of [theirs, writeZip(entries, Buffer.alloc(0), START_MS)]) {
      expect([...(readZip(archive) ?? [])].map(([name, content]) => [name, content.length])).toEqual([
        ["a/ü.txt", 4],
        ["leer", 0],
        ["b", 70_000],
      ]);
    }
  });

  it("reads nothing that was cut, changed or compressed", () => {
    const whole = writeZip(entries, Buffer.from("mark"), START_MS);
    for (const length of [0, 21, 100, whole.length - 1]) expect(readZip(whole.subarray(0, length))).toBeNull();
    expect(readZip(whole.subarray(1))).toBeNull();
    const changed = Buffer.from(whole);
    changed.write("zwei", changed.indexOf("eins"));
    expect(readZip(changed)).toBeNull();
    expect(readZip(zipSync({ a: Buffer.from("a".repeat(99)) }, { level: 9 }))).toBeNull();
  });
});

describe("plugging the archive into an appliance", () => {
  it("takes the device from waiting over pending to succeeded and online, by the clock only", async () => {
    const harness = new Harness();
    const { id, archive } = await harness.device("cam-1");
    const { appliance, state } = harness.emulator;
    harness.tick(120_000);
    const status = async () => {
      const { body } = await harness.ask("GET", `/devices/${id}`);
      return [body["ProvisioningStatus"], body["DeviceConnectionStatus"], body["DeviceAggregatedStatus"]];
    };
    for (let reads = 0; reads < 4; reads += 1) expect((await status())[0]).toBe("AWAITING_PROVISIONING");
    expect(appliance.plugIn({ archive, fileName: archiveFileName("cam-1") })).toMatchObject({
      accepted: true,
      deviceId: id,
    });
    expect(await status()).toEqual(["PENDING", "AWAITING_CREDENTIALS", "PENDING"]);
    harness.tick(59_999);
    expect((await status())[0]).toBe("PENDING");
    harness.tick(1);
    expect(await status()).toEqual(["SUCCEEDED", "AWAITING_CREDENTIALS", "OFFLINE"]);
    harness.tick(10_000);
    expect(await status()).toEqual(["SUCCEEDED", "ONLINE", "ONLINE"]);
    expect(state.effects().map(({ kind }) => kind)).toEqual([
      "provisioned",
      "archive-taken",
      "provisioning-succeeded",
      "online",
    ]);
  });

  it.each([
    ["failed", "FAILED"],
    ["error", "ERROR"],
    ["stuck", "PENDING"],
  ] as const)("ends as scripted: %s", async (result, status) => {
    const harness = new Harness();
    const { id, archive } = await harness.device("cam-1");
    harness.emulator.script({ kind: "job", result: "succeeded" });
    const other = harness.emulator.script({ device: "cam-2", result: "succeeded" });
    const script = harness.emulator.script({ device: "cam-1", result, workMs: 5_000, times: 1 });
    harness.emulator.appliance.plugIn({ archive });
    harness.tick(4_999);
    expect(harness.emulator.state.device(id)?.status).toBe("PENDING");
    harness.tick(1);
    expect(harness.emulator.state.device(id)?.status).toBe(status);
    expect([script.hits(), other.hits()]).toEqual([1, 0]);
    harness.tick(86_400_000);
    expect(harness.emulator.state.device(id)).toMatchObject({ status });
    expect(harness.emulator.state.device(id)?.connection).not.toBe("ONLINE");
  });

  it("refuses a certificate older than five minutes, by the virtual clock", async () => {
    const harness = new Harness();
    const [early, late] = [await harness.device("cam-1"), await harness.device("cam-2")];
    // The certificate's time has whole seconds.
    harness.tick(300_000 - 250);
    expect(harness.emulator.appliance.plugIn(early)).toMatchObject({ accepted: true });
    harness.tick(1);
    expect(harness.emulator.appliance.plugIn(late)).toEqual({ accepted: false, reason: "expired", deviceId: late.id });
    harness.tick(86_400_000);
    expect(harness.emulator.state.device(late.id)?.status).toBe("AWAITING_PROVISIONING");
  });

  it.each([
    ["failed", "FAILED"],
    ["error", "ERROR"],
  ] as const)("can show an expired archive as %s", async (expiredArchive, status) => {
    const harness = new Harness({ ...plain, expiredArchive });
    const [unused, used] = [await harness.device("cam-1"), await harness.device("cam-2")];
    harness.tick(200_000);
    harness.emulator.appliance.plugIn(used);
    harness.tick(100_000);
    expect(harness.emulator.state.device(unused.id)?.status).toBe(status);
    expect(harness.emulator.state.device(used.id)?.status).toBe("SUCCEEDED");
  });

  it("refuses what is no archive, not of this service, another device's, used or deleted", async () => {
    const harness = new Harness();
    const { appliance, otherWriter } = harness.emulator;
    const reasonOf = (stick: Parameters<typeof appliance.plugIn>[0]) => {
      const result = appliance.plugIn(stick);
      return result.accepted ? null : result.reason;
    };
    const mine = await harness.device("cam-1");
    const foreign = await new Harness(plain, { seed: 9 }).device("cam-1");
    expect(reasonOf({ archive: Buffer.from("PK") })).toBe("no-archive");
    expect(reasonOf({ archive: zipSync({ "certificate.pem": Buffer.from("x") }, { level: 0 }) })).toBe("no-archive");
    expect(reasonOf(foreign)).toBe("foreign-certificate");
    // The same seed makes the same authority, device id and key, but this one was issued at another time.
    const later = new Harness();
    later.tick(1_000);
    expect(reasonOf(await later.device("cam-1"))).toBe("foreign-certificate");
    const files = unzipSync(mine.archive);
    const other = unzipSync((await harness.device("cam-2")).archive);
    const key = other["certificates-omni_cam-2/private-key.pem"] ?? new Uint8Array();
    const mixed = zipSync({ ...files, [`${FOLDER}private-key.pem`]: key }, { level: 0 });
    expect(reasonOf({ archive: mixed })).toBe("foreign-certificate");
    expect(reasonOf({ ...mine, fileName: archiveFileName("cam-2") })).toBe("other-device");
    expect(reasonOf({ archive: zipSync(files, { level: 0 }) })).toBeNull();
    expect(reasonOf(mine)).toBe("used-before");
    const deleted = await harness.device("cam-3");
    otherWriter.write({ kind: "delete", name: "cam-3" });
    expect(reasonOf(deleted)).toBe("device-gone");
    harness.tick(20_000);
    expect(reasonOf(deleted)).toBe("device-gone");
    const failed = await harness.device("cam-4");
    appliance.end(failed.id, "FAILED");
    expect(reasonOf(failed)).toBe("device-not-waiting");
    expect(() => appliance.end(failed.id, "SUCCEEDED")).toThrow(/wait for its provisioning, got FAILED/);
    expect(() => appliance.connect("device-none")).toThrow(/no such device/);
  });

  it("registers an appliance again only after a reset by hand", async () => {
    const harness = new Harness();
    const { appliance } = harness.emulator;
    const first = await harness.device("cam-1");
    expect(appliance.plugIn({ ...first, serialNumber: "GAL123" }).accepted).toBe(true);
    await harness.ask("DELETE", `/devices/${first.id}`);
    harness.tick(60_000);
    const second = await harness.device("cam-1");
    const stick = { ...second, serialNumber: "GAL123" };
    expect(appliance.plugIn(stick)).toMatchObject({ accepted: false, reason: "appliance-not-reset" });
    appliance.reset("GAL123");
    expect(appliance.plugIn(stick)).toMatchObject({ accepted: true });
    expect(harness.emulator.state.device(second.id)?.serialNumber).toBe("GAL123");
  });

  it("keeps the lease while online and loses it five days after", async () => {
    const harness = new Harness();
    const id = harness.emulator.seedDevice({ name: "cam-1" });
    const read = async () => {
      const { body } = await harness.ask("GET", `/devices/${id}`);
      return [body["DeviceAggregatedStatus"], Number(body["LeaseExpirationTime"]) * 1_000 - harness.nowMs];
    };
    harness.tick(30 * 86_400_000);
    expect(await read()).toEqual(["ONLINE", 5 * 86_400_000]);
    harness.emulator.appliance.disconnect(id);
    harness.tick(5 * 86_400_000 - 1);
    expect((await read())[0]).toBe("OFFLINE");
    harness.tick(1);
    expect((await read())[0]).toBe("LEASE_EXPIRED");
    harness.emulator.appliance.connect(id);
    expect((await read())[0]).toBe("ONLINE");
    harness.emulator.appliance.expireLease(id);
    expect((await read())[0]).toBe("LEASE_EXPIRED");
  });
});
