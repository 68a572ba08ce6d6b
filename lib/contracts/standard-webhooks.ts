import { createHmac } from "node:crypto";
import { ConfigurationError } from "./errors.ts";
import type { Secret } from "./secret.ts";

const prefix = "whsec_";
const keyMinBytes = 24;
const keyMaxBytes = 64;

/**
 * The key inside a Standard Webhooks secret.
 * @param reference where it was found, for the message: the secret itself is never shown
 * @throws ConfigurationError
 */
export function signingKeyOf(secret: Secret, reference: string): Uint8Array {
  const text = secret.reveal();
  const refuse = (found: string) =>
    new ConfigurationError(
      `Expected whsec_ and ${keyMinBytes} to ${keyMaxBytes} bytes in base64 at ${reference}, got ${found}: make one with \`echo "whsec_$(openssl rand -base64 32)"\``,
      { code: "signing-secret" },
    );
  if (!text.startsWith(prefix)) throw refuse("text that begins otherwise");
  const encoded = text.slice(prefix.length);
  const key = Buffer.from(encoded, "base64");
  // Node skips what is no base64; the receiver's library may not.
  if (key.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, "")) throw refuse("text that is no base64");
  if (key.length < keyMinBytes || key.length > keyMaxBytes) throw refuse(`${key.length} bytes`);
  return key;
}

export interface Signed {
  readonly id: string;
  readonly body: string;
  /** Of this try, not of the event: receivers refuse old ones. */
  readonly timestamp: number;
}

/** Headers of Standard Webhooks, with one signature for each key. */
export function signatureHeaders(keys: readonly Uint8Array[], { id, body, timestamp }: Signed): Record<string, string> {
  const seconds = Math.floor(timestamp / 1000);
  const signatures = keys.map((key) => {
    const hmac = createHmac("sha256", key).update(`${id}.${seconds}.${body}`);
    return `v1,${hmac.digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signatures.join(" ") };
}
