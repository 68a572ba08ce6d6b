import { inflateRawSync } from "node:zlib";
import * as z from "zod/mini";
import { InvalidInputError } from "../contracts/errors.ts";
import { Secret } from "../contracts/secret.ts";

/** UTF-8 bytes of one secret, and of the note beside it: the same on every platform. */
export const maxSecretBytes = 64 * 1024;
export const maxNoteBytes = 4 * 1024;
/** More than any entry, against a bomb. */
const maxInflatedBytes = 8 * (maxSecretBytes + maxNoteBytes);

/** Value and note in one text, so that one write replaces both. */
const entrySchema = z.strictObject({ droverVault: z.literal(1), value: z.string(), note: z.optional(z.string()) });

export interface StoredEntry {
  readonly value: Secret;
  readonly note?: string;
}

/** @throws InvalidInputError for what is empty, too long, or no text */
export function checkedText(name: string, value: Secret): string {
  const text = value.reveal();
  const bytes = Buffer.byteLength(text);
  if (bytes > 0 && bytes <= maxSecretBytes && text.isWellFormed()) return text;
  throw new InvalidInputError(
    `Expected the secret ${name} as 1 to ${maxSecretBytes} bytes of text, got ${bytes} bytes or broken text`,
    { code: "invalid-secret" },
  );
}

/** @throws InvalidInputError for what is empty, too long, or no text */
export function checkedNote(name: string, note: string): string {
  const bytes = Buffer.byteLength(note);
  if (bytes > 0 && bytes <= maxNoteBytes && note.isWellFormed()) return note;
  throw new InvalidInputError(
    `Expected the note of the secret ${name} as 1 to ${maxNoteBytes} bytes of text, got ${bytes} bytes or broken text`,
    { code: "invalid-secret-note" },
  );
}

/** The entry as a cloud keeps it. @throws InvalidInputError */
export function entryText(name: string, value: Secret, note?: string): string {
  const text = checkedText(name, value);
  return JSON.stringify({
    droverVault: 1,
    value: text,
    ...(note === undefined ? {} : { note: checkedNote(name, note) }),
  });
}

/** Undefined for what is no entry of ours. */
export function entryIn(text: string): StoredEntry | undefined {
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

/** An entry that was too long as it is, and was stored deflated. */
export function inflatedEntryIn(bytes: Uint8Array): StoredEntry | undefined {
  try {
    return entryIn(inflateRawSync(bytes, { maxOutputLength: maxInflatedBytes }).toString());
  } catch {
    return undefined;
  }
}

/** @param bytes what is left of it after compression */
export function tooLong(name: string, bytes: number, maxStoredBytes: number, service: string): InvalidInputError {
  return new InvalidInputError(
    `Expected the secret ${name} and its note within the ${maxStoredBytes} bytes of ${service}, got ${bytes} after compression`,
    { code: "invalid-secret" },
  );
}
