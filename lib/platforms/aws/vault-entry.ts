import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as z from "zod/mini";
import { ConfigurationError, InvalidInputError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";

/** UTF-8 bytes of one secret, and of the note beside it: the same on every platform. */
const maxSecretBytes = 64 * 1024;
const maxNoteBytes = 4 * 1024;
/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const maxStoredBytes = 65_536;
/** More than any entry, against a bomb. */
const maxInflatedBytes = 8 * (maxSecretBytes + maxNoteBytes);

/** As in `vault:name` references. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Value and note in one text, so that one write replaces both. */
const entrySchema = z.strictObject({ droverVault: z.literal(1), value: z.string(), note: z.optional(z.string()) });

export interface StoredEntry {
  readonly value: Secret;
  readonly note?: string;
}

/** What goes to Secrets Manager: readable as text where it fits, deflated where it does not. */
export type Packed = { readonly SecretString: string } | { readonly SecretBinary: Uint8Array };

/** @throws InvalidInputError that does not quote it */
export function checkedName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new InvalidInputError("Expected a secret's name of at most 128 letters, digits, . _ -, got another one", {
    code: "invalid-secret-name",
  });
}

/** @throws InvalidInputError for what is empty, too long, or no text */
export function pack(name: string, value: Secret, note?: string): Packed {
  const text = value.reveal();
  const bytes = Buffer.byteLength(text);
  if (bytes === 0 || bytes > maxSecretBytes || !text.isWellFormed()) {
    throw new InvalidInputError(
      `Expected the secret ${name} as 1 to ${maxSecretBytes} bytes of text, got ${bytes} bytes or broken text`,
      { code: "invalid-secret" },
    );
  }
  if (note !== undefined) checkNote(name, note);
  const entry = JSON.stringify({ droverVault: 1, value: text, ...(note === undefined ? {} : { note }) });
  if (Buffer.byteLength(entry) <= maxStoredBytes) return { SecretString: entry };
  const packed = deflateRawSync(entry);
  if (packed.length <= maxStoredBytes) return { SecretBinary: packed };
  throw new InvalidInputError(
    `Expected the secret ${name} and its note within the ${maxStoredBytes} bytes of Secrets Manager, got ${packed.length} after compression`,
    { code: "invalid-secret" },
  );
}

function checkNote(name: string, note: string): void {
  const bytes = Buffer.byteLength(note);
  if (bytes > 0 && bytes <= maxNoteBytes && note.isWellFormed()) return;
  throw new InvalidInputError(
    `Expected the note of the secret ${name} as 1 to ${maxNoteBytes} bytes of text, got ${bytes} bytes or broken text`,
    { code: "invalid-secret-note" },
  );
}

/**
 * A text that is no entry of ours is a value that somebody stored by hand, e.g. with `aws secretsmanager create-secret`.
 * @throws ConfigurationError for bytes that are none of ours
 */
export function unpack(
  name: string,
  stored: { readonly SecretString?: string | undefined; readonly SecretBinary?: Uint8Array | undefined },
): StoredEntry {
  const { SecretString: text, SecretBinary: bytes } = stored;
  if (text !== undefined) return entryIn(text) ?? { value: new Secret(text) };
  const entry = bytes === undefined ? undefined : entryIn(inflated(bytes));
  if (entry) return entry;
  throw new ConfigurationError(
    `Expected the secret ${name} as text or as it was stored here, got other bytes: store it again in Secrets Manager, under the prefix of the vault`,
    { code: "secret-damaged", provider: "secrets-manager" },
  );
}

function entryIn(text: string): StoredEntry | undefined {
  if (!text.startsWith('{"droverVault":')) return undefined;
  let parsed: ReturnType<typeof entrySchema.safeParse>;
  try {
    parsed = entrySchema.safeParse(JSON.parse(text));
  } catch {
    return undefined;
  }
  if (!parsed.success) return undefined;
  const { value, note } = parsed.data;
  return { value: new Secret(value), ...(note === undefined ? {} : { note }) };
}

function inflated(bytes: Uint8Array): string {
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxInflatedBytes }).toString();
  } catch {
    return "";
  }
}
