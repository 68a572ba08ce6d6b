import { timingSafeEqual } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { ConfigurationError } from "../contracts/errors.ts";
import type { Secret } from "../contracts/secret.ts";

/** Headers that a signed request carries. @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export interface SignedHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** Each once: a header that comes twice arrives joined by a comma and is none. */
export function signedHeadersOf(headers: Headers): SignedHeaders | undefined {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signature = headers.get("webhook-signature");
  if (id === null || timestamp === null || signature === null) return undefined;
  if (!/^[\x21-\x2b\x2d-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp) || signature.length > 4096)
    return undefined;
  return { id, timestamp, signature };
}

export function isTimely({ timestamp }: SignedHeaders, nowMs: number, toleranceMs: number): boolean {
  return Math.abs(nowMs - Number(timestamp) * 1000) <= toleranceMs;
}

/** Symmetric keys of the specification have 24 to 64 bytes. @throws ConfigurationError that names the reference */
export function checkSecret(secret: Secret, reference: string): void {
  const text = secret.reveal().replace(/^whsec_/, "");
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64").byteLength : 0;
  if (bytes >= 24 && bytes <= 64) return;
  throw new ConfigurationError(
    `Expected whsec_ and 24 to 64 bytes in base64 at ${reference}, got another secret: make one with \`openssl rand -base64 32\``,
    { code: "webhook-secret" },
  );
}

/** Whether one of the signatures is by that secret. Only `v1` counts; every one is looked at, in constant time each. */
export function isSignedBy(secret: Secret, headers: SignedHeaders, body: string): boolean {
  const at = new Date(Number(headers.timestamp) * 1000);
  const expected = Buffer.from(new Webhook(secret.reveal()).sign(headers.id, at, body));
  let found = false;
  for (const given of headers.signature.split(" ").slice(0, 16)) {
    const bytes = Buffer.from(given);
    if (bytes.byteLength === expected.byteLength && timingSafeEqual(bytes, expected)) found = true;
  }
  return found;
}
