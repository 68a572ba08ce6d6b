import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Call } from "../exchange/call.ts";

export interface Signed {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly headers: readonly string[];
  readonly signature: string;
}

const FORM =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** The parts of a signature of version 4, or null when the header has another form. */
export function parseSignature(authorization: string): Signed | null {
  const [, accessKeyId, date, region, service, headers, signature] = FORM.exec(authorization) ?? [];
  if (!accessKeyId || !date || !region || !service || !headers || !signature) return null;
  return { accessKeyId, date, region, service, headers: headers.split(";"), signature };
}

/**
 * Whether the secret key made the signature of this very request.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isGenuine({ method, url, headers, body }: Call, signed: Signed, secretKey: string): boolean {
  const time = headers.get("x-amz-date") ?? "";
  if (!time.startsWith(signed.date) || !signed.headers.includes("host")) return false;
  const headerOf = (name: string): string => headers.get(name) ?? (name === "host" ? url.host : "");
  const lines = signed.headers.map((name) => `${name}:${headerOf(name).trim().replace(/\s+/g, " ")}`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join("&");
  // Every service but S3 signs the path with its percent signs escaped once more.
  const path = url.pathname.split("/").map(escaped).join("/");
  const request = [method, path, query, ...lines, "", signed.headers.join(";"), sha256(body)].join("\n");
  const scope = `${signed.date}/${signed.region}/${signed.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  const parts = [signed.date, signed.region, signed.service, "aws4_request"];
  const key = parts.reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${secretKey}`);
  return timingSafeEqual(hmac(key, text), Buffer.from(signed.signature, "hex"));
}

/** Milliseconds of `20261121T040000Z`, or null. */
export function timeOf(headers: Headers): number | null {
  const [, y, mo, d, h, mi, s] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers.get("x-amz-date") ?? "") ?? [];
  return y === undefined ? null : Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
}

/** Stricter than JavaScript's own: everything but letters, digits and `-._~`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
