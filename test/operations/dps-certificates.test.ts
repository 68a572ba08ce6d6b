import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { supply } from "../../functions/receive-webhook/supply.ts";
import { limits } from "../../lib/contracts/limits.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { explain } from "../../lib/operations/explain.ts";
import { type Made, makeAuthority, makeCertificate } from "../providers/azure-dps/changes/authorities.ts";
import { failureOf } from "../providers/support.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { DpsWorld, type DpsWorldOptions, resourceGroup, service } from "./dps-world.ts";

const nowMs = Date.UTC(2026, 10, 21);
const authority = makeAuthority({ nowMs });
/** Another key under the same name. */
const twin = makeAuthority({ nowMs });
const rsa = makeAuthority({ nowMs, kind: "rsa", commonName: "Tea Root" });

const worlds: DpsWorld[] = [];
function dps(options: DpsWorldOptions = {}): DpsWorld {
  const made = new DpsWorld({ mode: "cloud" }, options);
  made.vault.set("vault:dps-ca", authority.key);
  worlds.push(made);
  return made;
}
afterEach(() => {
  for (const made of worlds.splice(0)) {
    expect(made.traffic.breaches()).toEqual([]);
    expect(made.leaks()).toEqual([]);
    expect(wrongAtTheEnd(made.world.store)).toEqual([]);
  }
});

const certificateOf = (all: DpsWorld) => all.emulator.state.certificates(service)[0];
const upload = (all: DpsWorld, { pem }: Made = authority, id = "one") =>
  all.end("put-certificate", { certificate: "root", content: pem }, id);
const signed = { certificate: "root", content: authority.pem, signWith: { $secret: "vault:dps-ca" } };
const byHand = { certificate: "root", content: authority.pem };

describe("a read of certificates", () => {
  const read = (all: DpsWorld, id: string) => all.end("read", { read: "certificates" }, id);

  test("tells of those that expire within a month, and of those that have", async () => {
    const all = dps();
    await upload(all, makeAuthority({ nowMs, to: 25 }));
    expect(await read(all, "two")).toMatchObject({ outcome: "succeeded", code: "certificates-expiring" });
    expect(all.row("two")?.reason).toMatch(/^root expires in 25 d: devices/);
    all.world.clock.advance(26 * 24 * 3_600_000);
    await read(all, "three");
    expect(all.row("three")?.reason).toMatch(/^root has expired: devices/);
  });

  test("has nothing to tell of one that lives on", async () => {
    const all = dps();
    await upload(all, makeAuthority({ nowMs, to: 60 }));
    expect((await read(all, "two"))?.code).toBeUndefined();
  });
});

describe("put-certificate", () => {
  test("uploads it, once, and replaces it under its ETag", async () => {
    const all = dps();
    expect(await upload(all)).toMatchObject({
      outcome: "succeeded",
      result: { changed: true, subject: "Coffee Root", isVerified: false },
    });
    expect(await upload(all, authority, "two")).toMatchObject({ outcome: "succeeded", result: { changed: false } });
    expect(all.emulator.calls("DpsCertificate_CreateOrUpdate")).toBe(1);
    expect(await upload(all, twin, "three")).toMatchObject({ outcome: "succeeded", result: { changed: true } });
    expect(certificateOf(all)?.pem).toBe(twin.pem);
  });

  test.each([
    ["has expired", makeAuthority({ nowMs, from: -20, to: -1 }).pem, "certificate-expired"],
    ["begins later", makeAuthority({ nowMs, from: 2 }).pem, "certificate-not-yet-valid"],
    ["is none of an authority", makeAuthority({ nowMs, ca: false }).pem, "not-an-authority"],
    ["is none", authority.pem.replace(/[A-Za-z0-9]{20}/, "x"), "certificate-unreadable"],
    ["is two", authority.pem + twin.pem, "certificate-unreadable"],
  ])("refuses what %s", async (_, pem, code) => {
    const all = dps();
    expect(await upload(all, { ...authority, pem })).toMatchObject({ outcome: "failed", code });
    expect(all.emulator.calls("DpsCertificate_CreateOrUpdate")).toBe(0);
  });

  test("warns of one that expires within 30 days", async () => {
    const all = dps();
    const row = await upload(all, makeAuthority({ nowMs, to: 29 }));
    expect(row).toMatchObject({ result: { warning: expect.stringContaining("expires at 2026-12-20") } });
    expect((await upload(all, makeAuthority({ nowMs, to: 31 }), "two"))?.result).not.toHaveProperty("warning");
  });

  test("adopts what it never heard of, and looks again where somebody else was faster", async () => {
    const lost = dps();
    lost.emulator.addFault({ kind: "drop", takesEffect: true, method: "PUT", times: 1 });
    expect(await upload(lost)).toMatchObject({ outcome: "succeeded", result: { changed: true } });
    expect(lost.emulator.calls("DpsCertificate_CreateOrUpdate")).toBe(1);
    const other = dps();
    await upload(other);
    other.emulator.addFault({ kind: "drop", method: "PUT", times: 1 });
    other.submit("two", "put-certificate", { certificate: "root", content: rsa.pem });
    await other.world.run(() => other.row("two")?.waitingFor?.code === "settling", 600_000);
    await upload(other, twin, "by-somebody-else-later");
    await other.runUntilQuiet();
    expect(other.row("two")).toMatchObject({ outcome: "succeeded" });
  });

  test("goes on under the new ETag after a stale one", async () => {
    const all = dps();
    await upload(all);
    all.emulator.addFault({ kind: "status", status: 412, method: "PUT", times: 1 });
    expect(await upload(all, twin, "two")).toMatchObject({ outcome: "succeeded", result: { changed: true } });
  });
});

describe("delete-certificate", () => {
  test("removes it; gone already is done", async () => {
    const all = dps();
    await upload(all);
    const data = { certificate: "root" };
    expect(await all.end("delete-certificate", data, "two")).toMatchObject({
      outcome: "succeeded",
      result: { changed: true },
    });
    expect(certificateOf(all)).toBeUndefined();
    expect(await all.end("delete-certificate", data, "three")).toMatchObject({
      outcome: "succeeded",
      result: { changed: false },
    });
  });

  test("finds it gone after a lost answer, and asks a person where another one stands there", async () => {
    const all = dps();
    await upload(all);
    all.emulator.addFault({ kind: "drop", takesEffect: true, method: "DELETE", times: 1 });
    expect(await all.end("delete-certificate", { certificate: "root" }, "two")).toMatchObject({ outcome: "succeeded" });
    expect(all.emulator.calls("DpsCertificate_Delete")).toBe(1);
    const other = dps();
    await upload(other);
    other.emulator.addFault({ kind: "drop", takesEffect: true, method: "DELETE", times: 1 });
    other.submit("two", "delete-certificate", { certificate: "root" });
    await other.world.run(() => other.row("two")?.waitingFor?.code === "settling", 600_000);
    const token = await ask(other, "PUT", "", { certificate: Buffer.from(twin.pem).toString("base64") });
    expect(token.status).toBe(200);
    await other.runUntilQuiet();
    expect(other.row("two")).toMatchObject({ outcome: "unknown", code: "ambiguous" });
    expect(certificateOf(other)?.pem).toBe(twin.pem);
  });
});

describe("verify-certificate with the CA's key", () => {
  test.each([
    ["EC", authority],
    ["RSA", rsa],
  ])("of kind %s uploads, asks for a code, signs it and proves it", async (_, made) => {
    const all = dps();
    all.vault.set("vault:dps-ca", made.key);
    const row = await all.end("verify-certificate", { ...signed, content: made.pem });
    expect(row).toMatchObject({ outcome: "succeeded", result: { changed: true, isVerified: true } });
    expect(certificateOf(all)).toMatchObject({ isVerified: true });
    expect(all.emulator.calls("DpsCertificate_GenerateVerificationCode")).toBe(1);
    expect(await all.end("verify-certificate", { ...signed, content: made.pem }, "two")).toMatchObject({
      result: { changed: false },
    });
    expect(all.emulator.calls("DpsCertificate_VerifyCertificate")).toBe(1);
  });

  test.each(["2017-11-15", "2022-12-12"])("needs no content where it is there already (%s)", async (apiVersion) => {
    const all = dps({ connection: { apiVersion } });
    await upload(all);
    const { content: _, ...without } = signed;
    expect(await all.end("verify-certificate", without, "two")).toMatchObject({ outcome: "succeeded" });
  });

  test.each([
    ["another key under the same name", twin.key, "wrong-ca-key"],
    ["no key", "nothing", "ca-key-unreadable"],
  ])("refuses %s before anything is changed", async (_, key, code) => {
    const all = dps();
    all.vault.set("vault:dps-ca", key);
    expect(await all.end("verify-certificate", signed)).toMatchObject({ outcome: "failed", code });
    expect(all.emulator.state.certificates(service)).toEqual([]);
  });

  test("refuses another key also where only the service has shown the certificate", async () => {
    const all = dps({ connection: { apiVersion: "2022-12-12" } });
    await upload(all, twin);
    const { content: _, ...without } = signed;
    expect(await all.end("verify-certificate", without, "two")).toMatchObject({
      outcome: "failed",
      code: "wrong-ca-key",
    });
    expect(all.emulator.calls("DpsCertificate_VerifyCertificate")).toBe(0);
  });

  test("takes no leaf from anybody: it makes its own", async () => {
    const all = dps();
    all.emulator.addFault({ kind: "status", status: 503, operation: "DpsCertificate_VerifyCertificate", times: 3 });
    all.submit("one", "verify-certificate", signed);
    await all.world.run(() => Object(all.row("one")?.handle)["phase"] === "verify", 3_600_000);
    const row = all.row("one");
    if (row?.state !== "active") throw new Error("Expected an operation with a code, got none");
    const commonName = String(Object(row.handle)["code"]);
    const leaf = makeCertificate({ commonName, nowMs, issuer: authority, to: 3 }).pem;
    const parts = { ports: all.world.outside, providers: { of: () => all.outside } };
    expect(await failureOf(supply(parts, row, leaf, { by: "carol" }))).toMatchObject({ code: "not-waiting" });
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "succeeded" });
  });

  test("asks the vault for nothing that the connection does not allow", async () => {
    const all = dps();
    all.vault.set("vault:other-ca", authority.key);
    const row = await all.end("verify-certificate", { ...signed, signWith: { $secret: "vault:other-ca" } });
    expect(row).toMatchObject({ outcome: "failed", code: "secret-not-permitted" });
  });

  test("refuses another certificate of that name, and one that is not there", async () => {
    const all = dps();
    await upload(all, rsa);
    expect(await all.end("verify-certificate", signed, "two")).toMatchObject({
      outcome: "failed",
      code: "other-certificate",
    });
    expect(await all.end("verify-certificate", { certificate: "none" }, "three")).toMatchObject({
      code: "certificate-not-found",
    });
  });

  test("asks for another code where the answer with the first is lost, and where somebody else has asked for one", async () => {
    const all = dps();
    all.emulator.addFault({ kind: "drop", takesEffect: true, path: "*generateVerificationCode", times: 1 });
    const row = await all.end("verify-certificate", signed);
    expect(row).toMatchObject({ outcome: "succeeded" });
    // The ETag shows at once that the first can come no more: no settling time is waited out.
    expect((row?.endedAt ?? 0) - (row?.createdAt ?? 0)).toBeLessThan(4 * 60_000);
    expect(all.emulator.calls("DpsCertificate_GenerateVerificationCode")).toBe(2);
    const other = dps();
    let asked = false;
    other.world.afterIo = (label) => {
      if (asked || !label.includes("generateVerificationCode")) return;
      asked = true;
      void ask(other, "POST", "/generateVerificationCode");
    };
    await other.end("verify-certificate", signed);
    expect(other.row("one")).toMatchObject({ outcome: "succeeded", handle: { round: 2 } });
  });

  test("adopts a proof whose answer is lost", async () => {
    const all = dps();
    all.emulator.addFault({ kind: "drop", takesEffect: true, path: "*verify", times: 1 });
    expect(await all.end("verify-certificate", signed)).toMatchObject({
      outcome: "succeeded",
      result: { changed: true },
    });
    expect(all.emulator.calls("DpsCertificate_VerifyCertificate")).toBe(1);
  });
});

/** Somebody else's call about the certificate. */
async function ask(all: DpsWorld, method: string, below: string, body?: unknown): Promise<Response> {
  const login = await all.emulator.fetch(
    new Request("https://login.microsoftonline.com/d14ec701-0000-4000-8000-000000000001/oauth2/v2.0/token", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "c11e2700-0000-4000-8000-0000000000d5",
        client_secret: all.vault.get("vault:dps-sp") ?? "",
        scope: "https://management.azure.com/.default",
      }),
    }),
  );
  const { access_token } = (await login.json()) as { readonly access_token: string };
  const path = `/subscriptions/5b0e7a10-0000-4000-8000-0000000000d5/resourceGroups/${resourceGroup}/providers/Microsoft.Devices/provisioningServices/${service}/certificates/root${below}?api-version=2017-11-15`;
  return all.emulator.fetch(
    new Request(`https://management.azure.com${path}`, {
      method,
      headers: {
        authorization: `Bearer ${access_token}`,
        "content-type": "application/json",
        ...(below === "" ? {} : { "if-match": "*" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

describe("verify-certificate by hand", () => {
  const day = 24 * 3_600_000;

  async function waiting(all: DpsWorld, data: Record<string, unknown> = {}): Promise<OperationRecord> {
    all.submit("one", "verify-certificate", { ...byHand, deadline: "P3D", ...data });
    await all.world.run(() => all.row("one")?.waitingFor?.code === "certificate", 3_600_000);
    const row = all.row("one");
    if (row?.waitingFor?.code !== "certificate") throw new Error("Expected an operation that waits, got none");
    return row;
  }

  const codeOf = ({ handle }: OperationRecord) => String(Object(handle)["code"]);
  const leaf = (
    row: OperationRecord,
    issuer: Made = authority,
    over: Partial<Parameters<typeof makeCertificate>[0]> = {},
  ) => makeCertificate({ commonName: codeOf(row), nowMs, issuer, to: 3, ...over }).pem;
  const handOver = (all: DpsWorld, row: OperationRecord, pem: string) =>
    supply({ ports: all.world.outside, providers: { of: () => all.outside } }, row, pem, { by: "carol" });

  test("tells the code and the commands, holds no turn, and goes on with the leaf", async () => {
    const all = dps();
    const row = await waiting(all);
    const [attention] = all.world.store.events.filter(({ type }) => type.endsWith(".attention"));
    expect(attention?.data).toMatchObject({
      code: "certificate",
      reason: expect.stringContaining(`CN=${codeOf(row)}`),
    });
    expect(attention?.data.next).toContain(`-subj "/CN=${codeOf(row)}"`);
    expect(attention?.data.next).toContain(`drover operations supply ${row.id} --certificate leaf.pem`);
    expect(explain(row, nowMs).acts).toMatchObject({
      who: "person",
      commands: [expect.stringContaining("operations supply"), expect.anything()],
    });
    // Others write meanwhile.
    expect(await meanwhile(all)).toBe("succeeded");
    expect(await handOver(all, row, leaf(row))).toBe("supplied");
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "succeeded", result: { changed: true, isVerified: true } });
    expect(all.emulator.calls("DpsCertificate_VerifyCertificate")).toBe(1);
  });

  async function meanwhile(all: DpsWorld): Promise<string | undefined> {
    all.submit("two", "tag-service", { tags: { team: "tea" } });
    await all.world.run(() => all.row("two")?.state === "ended", 600_000);
    return all.row("two")?.outcome;
  }

  test("takes a leaf of now, also while time waits for a clock that was put back", async () => {
    const all = dps();
    const row = await waiting(all);
    const day = 86_400_000;
    const ofNow = leaf(row, authority, { from: -3, to: -1 });
    const check = () => all.outside.changeOf?.(row.request).checkSupplied?.(row.handle, ofNow);
    all.world.clock.wallBehindMs = 2 * day;
    expect(check).not.toThrow();
    all.world.clock.wallBehindMs = 0;
    expect(check).toThrow("expired");
    await handOver(all, row, leaf(row));
    await all.runUntilQuiet();
  });

  test("refuses a leaf that proves nothing, with the reason, and goes on waiting", async () => {
    const all = dps();
    const row = await waiting(all);
    const bad: readonly (readonly [string, string])[] = [
      [leaf(row, authority, { commonName: "0000" }), "got CN=0000"],
      [leaf(row, twin), "another CA of the same name"],
      [leaf(row, rsa), "another issuer"],
      [leaf(row, authority, { from: -9, to: -1 }), "expired"],
      [leaf(row, authority, { from: 1 }), "begins at"],
      ["-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----", "none"],
    ];
    for (const [pem, reason] of bad) {
      expect(await failureOf(handOver(all, row, pem))).toMatchObject({
        code: "leaf-refused",
        message: expect.stringContaining(reason),
      });
    }
    // The issuer's name fits, and that alone would let it in.
    expect(new X509Certificate(leaf(row, twin)).checkIssued(new X509Certificate(authority.pem))).toBe(true);
    expect(all.row("one")).toMatchObject({ state: "active" });
    expect(all.row("one")?.supplied).toBeUndefined();
    expect(await handOver(all, row, leaf(row))).toBe("supplied");
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "succeeded" });
  });

  test("takes the same leaf twice, and none from an operation that does not wait", async () => {
    const all = dps();
    const row = await waiting(all);
    const pem = leaf(row);
    expect([await handOver(all, row, pem), await handOver(all, row, pem)]).toEqual(["supplied", "already"]);
    await all.runUntilQuiet();
    expect(await failureOf(handOver(all, row, pem))).toMatchObject({ code: "operation-ended" });
    all.submit("two", "tag-service", { tags: {} });
    await all.world.run(() => all.row("two")?.handle !== undefined, 600_000);
    const two = all.row("two");
    if (two?.state === "active")
      expect(await failureOf(handOver(all, two, pem))).toMatchObject({ code: "not-waiting" });
    await all.runUntilQuiet();
  });

  test("gives out another code where somebody else has asked for one", async () => {
    const all = dps();
    const first = await waiting(all);
    await ask(all, "POST", "/generateVerificationCode");
    await handOver(all, first, leaf(first));
    await all.world.run(
      () => Object(all.row("one")?.handle)["round"] === 2 && all.row("one")?.waitingFor?.code === "certificate",
      day,
    );
    const second = all.row("one") ?? first;
    expect(codeOf(second)).not.toBe(codeOf(first));
    const told = all.world.store.events.filter(({ type }) => type.endsWith(".attention"));
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
    expect(await failureOf(handOver(all, second, leaf(first)))).toMatchObject({ code: "leaf-refused" });
    await handOver(all, second, leaf(second));
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "succeeded" });
  });

  test("goes on waiting when the service itself refuses a leaf", async () => {
    const all = dps();
    await upload(all, authority, "before");
    // Nobody has shown the certificate, so that only the service can tell who signed.
    const row = await waiting(all, { content: undefined });
    await handOver(all, row, leaf(row, twin));
    await all.world.run(
      () =>
        Object(all.row("one")?.handle)["refused"] !== undefined && all.row("one")?.waitingFor?.code === "certificate",
      day,
    );
    expect(all.row("one")).toMatchObject({
      state: "active",
      waitingFor: { detail: expect.stringContaining("The last one was not taken") },
    });
    const refused = all.row("one")?.supplied?.certificate ?? "";
    expect(await failureOf(handOver(all, row, refused))).toMatchObject({
      code: "leaf-refused",
      message: expect.stringContaining("got the same"),
    });
    await handOver(all, row, leaf(row));
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "succeeded" });
  });

  test("gives up where others make code after code void", async () => {
    const all = dps();
    let busy = false;
    all.world.afterIo = (label) => {
      if (busy || !label.includes("generateVerificationCode")) return;
      busy = true;
      void ask(all, "POST", "/generateVerificationCode").then(() => {
        busy = false;
      });
    };
    const row = await all.end("verify-certificate", signed);
    expect(row).toMatchObject({ outcome: "failed", code: "code-contended", handle: { round: 4 } });
  });

  test("keeps its row within what a ledger takes, whatever is sent", async () => {
    const all = dps({ connection: { apiVersion: "2022-12-12" } });
    const row = await waiting(all, { content: `${authority.pem}${" ".repeat(13_000)}` });
    await handOver(all, row, `${leaf(row)}${"\n".repeat(7_000)}`);
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "succeeded" });
    expect(JSON.stringify(all.row("one")).length).toBeLessThan(limits.itemBytes);
  });

  test("ends when somebody else has verified it", async () => {
    const all = dps();
    const row = await waiting(all);
    const proof = await ask(all, "POST", "/verify", { certificate: Buffer.from(leaf(row)).toString("base64") });
    expect(proof.status).toBe(200);
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "succeeded", result: { changed: false, isVerified: true } });
  });

  test("can be cancelled, and ends with its deadline", async () => {
    const all = dps();
    const row = await waiting(all);
    await cancelOperation(all.world.outside, row.id, { by: "carol" });
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({ outcome: "cancelled", code: "aborted" });
    const late = dps();
    await waiting(late, { deadline: "PT2H" });
    await late.runUntilQuiet();
    const { endedAt = 0, deadline = 0, ...end } = late.row("one") ?? {};
    expect(end).toMatchObject({ outcome: "timed-out", code: "deadline" });
    expect(endedAt - deadline).toBeLessThan(60_000);
  });
});
