import { InvalidInputError } from "../../contracts/errors.ts";
import { sha256Hex } from "../../contracts/identifiers.ts";
import type { HandoffEntry } from "../../contracts/ports.ts";
import { damagedError, type SealedName } from "./sealed-file.ts";

/** Characters: a device of AWS Panorama alone may have a name of 255. */
const fileNameMax = 300;
/** What a browser or a shell may be given as a file name: one path segment without control characters. */
const fileNamePattern = new RegExp(`^(?!\\.{1,2}$)[^\\p{Cc}/\\\\"]{1,${fileNameMax}}$`, "u");
const maxContentBytes = 32 * 1024 * 1024;
/** Content and what is said about it. */
export const maxEnvelopeBytes = maxContentBytes + 4096;

export interface OpenedHandoff {
  readonly entry: HandoffEntry;
  readonly content: Buffer;
}

export const sealedNameOf = (id: string): SealedName => ({ purpose: "handoff", name: id });

/** Length of the entry (4 bytes), the entry as JSON, the content. */
export function envelopeOf(entry: HandoffEntry, content: Uint8Array): Buffer {
  const about = Buffer.from(JSON.stringify(entry));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(about.length);
  return Buffer.concat([length, about, content]);
}

/** @throws ConfigurationError when entry and content do not belong together */
export function openEnvelope(id: string, plain: Buffer, notAfter: number | undefined): OpenedHandoff {
  if (plain.length < 4) throw damagedError(sealedNameOf(id));
  const contentStart = 4 + plain.readUInt32BE(0);
  const content = plain.subarray(contentStart);
  let entry: HandoffEntry;
  try {
    entry = JSON.parse(plain.subarray(4, contentStart).toString());
  } catch {
    throw damagedError(sealedNameOf(id));
  }
  const { bytes, sha256, expiresAt } = entry;
  if (entry.id !== id || expiresAt !== notAfter || bytes !== content.length || sha256 !== sha256Hex(content)) {
    throw damagedError(sealedNameOf(id));
  }
  return { entry, content };
}

export function checkedEntry(
  id: string,
  content: Uint8Array,
  about: { readonly fileName: string; readonly expiresAt: number },
  nowMs: number,
): HandoffEntry {
  const problems = [
    content.length > maxContentBytes && `content of at most ${maxContentBytes} bytes`,
    !fileNamePattern.test(about.fileName) && `a file name of one path segment and at most ${fileNameMax} characters`,
    !(Number.isSafeInteger(about.expiresAt) && about.expiresAt > nowMs) && "an expiry in the future",
  ].filter((problem) => problem !== false);
  if (problems.length > 0) {
    throw new InvalidInputError(`Expected a handoff with ${problems.join(" and ")}, got another one`, {
      code: "invalid-handoff",
      problems,
    });
  }
  const { fileName, expiresAt } = about;
  return { id, fileName, expiresAt, bytes: content.length, sha256: sha256Hex(content) };
}
