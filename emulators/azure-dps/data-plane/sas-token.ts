import { createHmac, timingSafeEqual } from "node:crypto";

export interface SasToken {
  /** As it stands in the token: the signature covers this very text. */
  readonly rawResource: string;
  readonly resource: string;
  readonly signature: string;
  readonly expiresAtMs: number;
  readonly keyName: string;
}

/** `SharedAccessSignature sr=…&sig=…&se=…&skn=…`, or null. */
export function parseSasToken(header: string | null): SasToken | null {
  const fields = /^SharedAccessSignature (.+)$/i.exec(header ?? "")?.[1];
  if (fields === undefined) return null;
  const raw = new Map(
    fields.split("&").map((field): [string, string] => {
      const at = field.indexOf("=");
      return [field.slice(0, at), field.slice(at + 1)];
    }),
  );
  const [sr, sig, se, skn] = ["sr", "sig", "se", "skn"].map((name) => raw.get(name));
  if (!sr || !sig || !se || !skn || !/^\d{1,12}$/.test(se)) return null;
  try {
    return {
      rawResource: sr,
      resource: decodeURIComponent(sr),
      signature: decodeURIComponent(sig),
      expiresAtMs: Number(se) * 1_000,
      keyName: decodeURIComponent(skn),
    };
  } catch {
    return null;
  }
}

/** Whether the key, a text in base64, signed the token. */
export function isSignedBy({ rawResource, expiresAtMs, signature }: SasToken, key: string): boolean {
  const text = `${rawResource}\n${expiresAtMs / 1_000}`;
  const expected = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The key of one device of an enrollment group. */
export function derivedKey(groupKey: string, registrationId: string): string {
  return createHmac("sha256", Buffer.from(groupKey, "base64")).update(registrationId).digest("base64");
}
