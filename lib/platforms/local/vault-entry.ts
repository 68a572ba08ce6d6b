import { InvalidInputError } from "../../contracts/errors.ts";
import type { Secret } from "../../contracts/secret.ts";
import { sealedOverhead } from "./sealed-file.ts";

/** UTF-8 bytes of one secret. */
const maxSecretBytes = 64 * 1024;
/** UTF-8 bytes of the note beside it. */
const maxNoteBytes = 4 * 1024;
const lengthBytes = 4;
export const maxEntryBytes = lengthBytes + maxNoteBytes + maxSecretBytes + sealedOverhead;

export function bytesOf(name: string, value: Secret): Buffer {
  const text = value.reveal();
  const bytes = Buffer.from(text);
  if (bytes.length === 0 || bytes.length > maxSecretBytes || !text.isWellFormed()) {
    throw new InvalidInputError(
      `Expected the secret ${name} as 1 to ${maxSecretBytes} bytes of text, got ${bytes.length} bytes or broken text`,
      { code: "invalid-secret" },
    );
  }
  return bytes;
}

/** Length of the note (4 bytes), the note, the value. */
export function withNote(name: string, note: string, value: Uint8Array): Buffer {
  const bytes = Buffer.from(note);
  if (bytes.length === 0 || bytes.length > maxNoteBytes || !note.isWellFormed()) {
    throw new InvalidInputError(
      `Expected the note of the secret ${name} as 1 to ${maxNoteBytes} bytes of text, got ${bytes.length} bytes or broken text`,
      { code: "invalid-secret-note" },
    );
  }
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes, value]);
}

/** @param content as it was unsealed, and so as `withNote` made it */
export function splitNote(content: Buffer): { readonly note: string; readonly value: Buffer } {
  const end = lengthBytes + content.readUInt32BE(0);
  return { note: content.subarray(lengthBytes, end).toString(), value: content.subarray(end) };
}
