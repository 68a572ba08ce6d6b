import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Harness, type Reply, START_MS, servicePath } from "./harness.ts";
import { type MadeCertificate, makeCertificate } from "./x509.ts";

const YEAR_MS = 365 * 86_400_000;
const validity = { notBeforeMs: START_MS - YEAR_MS, notAfterMs: START_MS + YEAR_MS };
const authority = makeCertificate({ ...validity, commonName: "Coffee Root" });
const path = `${servicePath}/certificates/root`;

interface CertificateWire {
  etag: string;
  name: string;
  properties: {
    isVerified: boolean;
    subject: string;
    thumbprint: string;
    created: string;
    updated: string;
    expiry: string;
    verificationCode?: string;
    certificate?: string | null;
  };
}

type Certificate = Reply<CertificateWire>;

function upload(harness: Harness, headers: Record<string, string> = {}, made = authority): Promise<Certificate> {
  return harness.ask(path, { method: "PUT", body: { certificate: made.encoded }, headers });
}

function act(harness: Harness, action: string, etag: string, body?: unknown): Promise<Certificate> {
  const sent = body === undefined ? {} : { body };
  return harness.ask(`${path}/${action}`, { method: "POST", headers: { "if-match": etag }, ...sent });
}

async function withCode(harness: Harness): Promise<{ code: string; etag: string }> {
  const { body } = await upload(harness);
  const reply = await act(harness, "generateVerificationCode", body.etag);
  return { code: reply.body.properties.verificationCode ?? "", etag: reply.body.etag };
}

describe("certificates", () => {
  it("are uploaded, read, listed and deleted", async () => {
    const harness = new Harness();
    const { status, body } = await upload(harness);
    const x509 = new X509Certificate(authority.pem);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: "root",
      properties: {
        isVerified: false,
        subject: "Coffee Root",
        created: "Mon, 01 Jan 0001 00:00:00 GMT",
        updated: "Sat, 21 Nov 2026 04:00:00 GMT",
        expiry: "Sun, 21 Nov 2027 04:00:00 GMT",
        thumbprint: x509.fingerprint.replaceAll(":", ""),
      },
    });
    expect(body.properties.thumbprint).toMatch(/^[0-9A-F]{40}$/);
    expect(Buffer.from(body.etag, "base64").toString()).toMatch(/^"[0-9a-f-]{36}"$/);
    expect((await harness.ask(path)).body).toEqual(body);
    expect((await harness.ask(`${servicePath}/certificates`)).body).toEqual({ value: [body] });
    const remove = (etag: string) => harness.ask(path, { method: "DELETE", headers: { "if-match": etag } });
    expect((await remove("c3RhbGU=")).status).toBe(412);
    expect((await harness.ask(path, { method: "DELETE", offContract: true })).status).toBe(400);
    expect(await remove(body.etag)).toMatchObject({ status: 200, text: "" });
    expect((await remove(body.etag)).status).toBe(204);
    expect((await harness.ask(path)).status).toBe(404);
  });

  it("are proved with a leaf that carries the code and that their key signed", async () => {
    const harness = new Harness();
    const first = await upload(harness);
    const { code, etag } = await (async () => {
      const reply = await act(harness, "generateVerificationCode", first.body.etag);
      return { code: reply.body.properties.verificationCode ?? "", etag: reply.body.etag };
    })();
    expect(code).toMatch(/^[0-9A-F]{48}$/);
    expect(etag).not.toBe(first.body.etag);
    const leaf = makeCertificate({ ...validity, commonName: code, issuer: authority });
    expect((await act(harness, "verify", first.body.etag, { certificate: leaf.encoded })).status).toBe(412);
    const proved = await act(harness, "verify", etag, { certificate: leaf.encoded });
    expect(proved).toMatchObject({ status: 200, body: { properties: { isVerified: true } } });
    expect(proved.body.etag).not.toBe(etag);
    expect((await act(harness, "verify", proved.body.etag, { certificate: leaf.encoded })).status).toBe(400);
  });

  it.each([
    [
      "another name",
      (code: string): MadeCertificate => makeCertificate({ ...validity, commonName: `${code}0`, issuer: authority }),
    ],
    [
      "another authority of the same name",
      (code: string) => {
        const impostor = makeCertificate({ ...validity, commonName: "Coffee Root" });
        return makeCertificate({ ...validity, commonName: code, issuer: impostor });
      },
    ],
    ["its own signature", (code: string) => makeCertificate({ ...validity, commonName: code })],
    [
      "an expired leaf",
      (code: string) =>
        makeCertificate({ ...validity, notAfterMs: START_MS - 1_000, commonName: code, issuer: authority }),
    ],
    [
      "a leaf that is not valid yet",
      (code: string) =>
        makeCertificate({ ...validity, notBeforeMs: START_MS + 60_000, commonName: code, issuer: authority }),
    ],
  ])("are not proved with %s", async (_what, make) => {
    const harness = new Harness();
    const { code, etag } = await withCode(harness);
    const refused = await act(harness, "verify", etag, { certificate: make(code).encoded });
    expect(refused).toMatchObject({ status: 400, body: { code: 400_020 } });
    const good = makeCertificate({ ...validity, commonName: code, issuer: authority });
    expect((await act(harness, "verify", etag, { certificate: good.encoded })).status).toBe(200);
  });

  it("need a code before a proof, the newest one, and a certificate in the body", async () => {
    const harness = new Harness();
    const { body } = await upload(harness);
    const leaf = makeCertificate({ ...validity, commonName: "null", issuer: authority });
    expect((await act(harness, "verify", body.etag, { certificate: leaf.encoded })).status).toBe(400);
    const old = await act(harness, "generateVerificationCode", body.etag);
    const newer = await act(harness, "generateVerificationCode", old.body.etag);
    const stale = makeCertificate({
      ...validity,
      commonName: old.body.properties.verificationCode ?? "",
      issuer: authority,
    });
    expect((await act(harness, "verify", newer.body.etag, { certificate: stale.encoded })).status).toBe(400);
    expect((await act(harness, "verify", newer.body.etag, { certificate: "####" })).status).toBe(400);
    expect((await act(harness, "verify", newer.body.etag, {})).status).toBe(400);
  });

  it("want their etag verbatim for an update and none for a create", async () => {
    const harness = new Harness();
    const { body } = await upload(harness, { "if-match": "aWdub3JlZA==" });
    expect((await upload(harness)).status).toBe(400);
    expect((await upload(harness, { "if-match": `"${body.etag}"` })).status).toBe(412);
    const next = await upload(harness, { "if-match": body.etag });
    expect(next.status).toBe(200);
    expect(next.body.etag).not.toBe(body.etag);
    harness.emulator.configure({ certificateUpdateWithoutEtag: "accept" });
    expect((await upload(harness)).status).toBe(200);
    const bare = await harness.ask(`${path}/generateVerificationCode`, { method: "POST", offContract: true });
    expect(bare.status).toBe(400);
    expect((await harness.ask(`${path}/verify`, { method: "POST", body: {}, offContract: true })).status).toBe(400);
  });

  it("lose their proof by an update", async () => {
    const harness = new Harness();
    const { code, etag } = await withCode(harness);
    const leaf = makeCertificate({ ...validity, commonName: code, issuer: authority });
    const proved = await act(harness, "verify", etag, { certificate: leaf.encoded });
    expect((await upload(harness, { "if-match": proved.body.etag })).body.properties.isVerified).toBe(false);
  });

  it("are flat bodies in 2017 and nested ones from 2022 on", async () => {
    const harness = new Harness();
    const flat = { certificate: authority.encoded };
    const nested = { properties: { certificate: authority.encoded, isVerified: true } };
    const put = (apiVersion: string, body: unknown, name: string): Promise<Certificate> =>
      harness.ask(`${servicePath}/certificates/${name}`, { method: "PUT", body, apiVersion, offContract: true });
    expect((await put("2017-11-15", nested, "a")).status).toBe(400);
    expect((await put("2022-02-05", flat, "a")).status).toBe(400);
    expect((await put("2022-02-05", nested, "a")).body.properties).toMatchObject({
      isVerified: true,
      certificate: null,
    });
    expect((await put("2021-10-15", { ...flat, isVerified: true }, "b")).body.properties.isVerified).toBe(true);
    const old = await put("2017-11-15", { ...flat, isVerified: true }, "c");
    expect(old.body.properties.isVerified).toBe(false);
    expect(old.body.properties).not.toHaveProperty("certificate");
    expect((await put("2017-11-15", { certificate: "####" }, "d")).status).toBe(400);
  });
});
