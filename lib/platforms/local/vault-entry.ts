import type { Secret } from "../../contracts/secret.ts";
import { checkedNote, checkedText, maxNoteBytes, maxSecretBytes } from "../vault-entry.ts";
import { sealedOverhead } from "./sealed-file.ts";

const lengthBytes = 4;
export const maxEntryBytes = lengthBytes + maxNoteBytes + maxSecretBytes + sealedOverhead;

export const bytesOf = (name: string, value: Secret): Buffer => Buffer.from(checkedText(name, value));

/** Length of the note (4 bytes), the note, the value. */
export function withNote(name: string, note: string, value: Uint8Array): Buffer {
  const bytes = Buffer.from(checkedNote(name, note));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes, value]);
}

/** @param content as it was unsealed, and so as `withNote` made it */
export function splitNote(content: Buffer): { readonly note: string; readonly value: Buffer } {
  const end = lengthBytes + content.readUInt32BE(0);
  return { note: content.subarray(lengthBytes, end).toString(), value: content.subarray(end) };
}
