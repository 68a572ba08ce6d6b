import { createHmac, timingSafeEqual, webcrypto } from "node:crypto";

/** Headers that a signed request carries. @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export interface SignedHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** What a signature of ours looks like: whoever sends none needs no computing. */
const ours = /(?:^| )v1,[A-Za-z0-9+/]{43}=(?: |$)/;

/** Each once: a header that comes twice arrives joined by a comma and a space, and is none. */
export function signedHeadersOf(headers: Headers): SignedHeaders | undefined {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signature = headers.get("webhook-signature");
  if (id === null || timestamp === null || signature === null) return undefined;
  if (!/^[\x21-\x2b\x2d-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (signature.length > 4096 || signature.includes(", ") || !ours.test(signature)) return undefined;
  return { id, timestamp, signature };
}

export function isTimely({ timestamp }: SignedHeaders, nowMs: number, toleranceMs: number): boolean {
  return Math.abs(nowMs - Number(timestamp) * 1000) <= toleranceMs;
}

/**
 * Whether one of the signatures is by that key. Only `v1` counts; every one is looked at, in constant time each.
 * @param body as it came, byte by byte: two bodies that decode to the same text are two bodies
 */
export function isSignedBy(
  key: Uint8Array,
  { id, timestamp, signature }: SignedHeaders,
  body: string | Uint8Array,
): boolean {
  return isAmong(signature, createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest());
}

/** The same for a long body, which would hold up everything else: computed beside the event loop. */
export function longSignatureOf({ id, timestamp, signature }: SignedHeaders, body: string | Uint8Array) {
  const text = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return async (key: Uint8Array): Promise<boolean> => {
    const imported = await webcrypto.subtle.importKey("raw", Buffer.from(key), algorithm, false, ["sign"]);
    return isAmong(signature, Buffer.from(await webcrypto.subtle.sign("HMAC", imported, text)));
  };
}

function isAmong(signature: string, digest: Buffer): boolean {
  const expected = Buffer.from(`v1,${digest.toString("base64")}`);
  let found = false;
  for (const given of signature.split(" ").slice(0, 16)) {
    const bytes = Buffer.from(given);
    if (bytes.byteLength === expected.byteLength && timingSafeEqual(bytes, expected)) found = true;
  }
  return found;
}
