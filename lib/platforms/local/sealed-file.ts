import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { ConfigurationError } from "../../contracts/errors.ts";
import type { SealingKey } from "./sealing-key.ts";

/**
 * Layout: magic 8 · key id 8 · not after 8 (ms since 1970, 0 for ever) · IV 12 · tag 16 · content sealed with AES-256-GCM.
 * The first 24 bytes can be read without the key; they and the file's purpose and name are authenticated, so that a file
 * that is renamed, moved to another store or given a later expiry no longer opens.
 */
const magics = { plain: Buffer.from("DROVER1\n"), noted: Buffer.from("DROVER2\n") } as const;
/** `noted`: a note stands before the content (vault-entry.ts). Files without one stay as every release reads them. */
export type SealedForm = keyof typeof magics;
export const headerLength = 24;
const ivLength = 12;
const tagLength = 16;
export const sealedOverhead = headerLength + ivLength + tagLength;

export interface SealedName {
  readonly purpose: "secret" | "handoff";
  readonly name: string;
}

export interface SealedHeader {
  readonly form: SealedForm;
  readonly keyId: Buffer;
  /** Nothing is served at or after this time (ms since 1970). */
  readonly notAfter: number | undefined;
}

export function damagedError({ purpose, name }: SealedName): ConfigurationError {
  return new ConfigurationError(
    `Expected the sealed file of the ${purpose} ${name} as it was written, got a damaged, renamed or incomplete one: put the ${purpose} again`,
    { code: "sealed-file-damaged" },
  );
}

function authenticated(header: Buffer, { purpose, name }: SealedName): Buffer {
  return Buffer.concat([header, Buffer.from(JSON.stringify([purpose, name]))]);
}

export function seal(
  key: SealingKey,
  sealedName: SealedName,
  content: Uint8Array,
  notAfter = 0,
  form: SealedForm = "plain",
): Buffer {
  const expiry = Buffer.alloc(8);
  expiry.writeBigUInt64BE(BigInt(notAfter));
  const header = Buffer.concat([magics[form], key.id, expiry]);
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv("aes-256-gcm", key.cipherKey, iv, { authTagLength: tagLength });
  cipher.setAAD(authenticated(header, sealedName));
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), sealed]);
}

/** What the file says about itself: proven only once `unseal` has opened it. Undefined when it is no sealed file. */
export function headerOf(bytes: Buffer): SealedHeader | undefined {
  if (bytes.length < headerLength) return undefined;
  const form = (["plain", "noted"] as const).find((one) => bytes.subarray(0, 8).equals(magics[one]));
  if (form === undefined) return undefined;
  const notAfter = Number(bytes.readBigUInt64BE(16));
  return { form, keyId: bytes.subarray(8, 16), notAfter: notAfter === 0 ? undefined : notAfter };
}

/** @throws ConfigurationError when the file was sealed with another key */
export function assertSealedWith(key: SealingKey, header: SealedHeader, { purpose, name }: SealedName): void {
  if (header.keyId.equals(key.id)) return;
  throw new ConfigurationError(
    `Expected the key that sealed the ${purpose} ${name}, got another one: restore the former key, or put the ${purpose} again`,
    { code: "wrong-vault-key" },
  );
}

/** @throws ConfigurationError when the key is another one or the file is not what was written under this name */
export function unseal(key: SealingKey, sealedName: SealedName, bytes: Buffer): Buffer {
  const header = headerOf(bytes);
  if (!header || bytes.length < sealedOverhead) throw damagedError(sealedName);
  assertSealedWith(key, header, sealedName);
  const ivEnd = headerLength + ivLength;
  const iv = bytes.subarray(headerLength, ivEnd);
  const decipher = createDecipheriv("aes-256-gcm", key.cipherKey, iv, { authTagLength: tagLength });
  decipher.setAAD(authenticated(bytes.subarray(0, headerLength), sealedName));
  decipher.setAuthTag(bytes.subarray(ivEnd, sealedOverhead));
  const content = decipher.update(bytes.subarray(sealedOverhead));
  try {
    decipher.final();
  } catch {
    throw damagedError(sealedName);
  }
  return content;
}
