import { PermanentError } from "../../contracts/errors.ts";
import type { Secret } from "../../contracts/secret.ts";
import { provider } from "./errors.ts";

export { fingerprintOf } from "../../contracts/fingerprint.ts";

/** Bounds of a key in bytes, after decoding. */
const keyBytes = { min: 16, max: 64 };

export function sameKey(one: Secret | undefined, other: Secret | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.reveal() === other.reveal();
}

/** @param what it is, for the message: `the new primary key of policy owner` @throws PermanentError when the service would refuse it */
export function requireKey(key: Secret, what: string): void {
  const text = key.reveal();
  const bytes = Buffer.from(text, "base64");
  const expected = `Expected ${what} as base64 of ${keyBytes.min} to ${keyBytes.max} bytes`;
  const advice = "store another one, such as 32 random bytes in base64";
  // Node skips what is no base64, so that only what comes back the same was.
  if (bytes.toString("base64") !== text) {
    throw new PermanentError(`${expected}, got something else: ${advice}`, { provider, code: "key-not-base64" });
  }
  if (bytes.byteLength < keyBytes.min || bytes.byteLength > keyBytes.max) {
    const code = bytes.byteLength < keyBytes.min ? "key-too-short" : "key-too-long";
    throw new PermanentError(`${expected}, got ${bytes.byteLength} bytes: ${advice}`, { provider, code });
  }
}

/** `****` and the like, which stand where a key is not shown. */
export function isMasked(text: string): boolean {
  return /^\*+$/.test(text.trim());
}
