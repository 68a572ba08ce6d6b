import { ConfigurationError, InvalidInputError } from "../contracts/errors.ts";
import { sha256Hex } from "../contracts/identifiers.ts";
import type { HandoffEntry } from "../contracts/ports.ts";
import { opened, sealed } from "./sealed.ts";
import type { SealingKey } from "./vault-key.ts";

const version = 1;
const idPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
/** Characters: a device of AWS Panorama alone may have a name of 255. Four bytes each still fit into the metadata of every platform. */
const fileNameMax = 300;
/** What a browser or a shell may be given as a file name: one path segment without control characters. */
const fileNamePattern = new RegExp(`^(?!\\.{1,2}$)[^\\p{Cc}/\\\\"]{1,${fileNameMax}}$`, "u");
/** Version, id of the key, sealed entry. */
const form = /^h(\d{1,4})\.([\w-]{11})\.([\w-]+)$/;

/** An entry as it stands in the storage of a cloud: what is said about it, and its content, both sealed and each bound to the other. */
export interface SealedHandoff {
  /** Fits into the metadata of an object (2 KiB) or a blob (8 KiB). */
  readonly about: string;
  readonly content: Buffer<ArrayBuffer>;
}

/** @throws InvalidInputError that does not quote it */
export function checkedId(id: string): string {
  if (idPattern.test(id)) return id;
  throw new InvalidInputError("Expected a handoff's id of at most 128 letters, digits, . _ -, got another one", {
    code: "invalid-handoff-id",
  });
}

/** @throws InvalidInputError with all problems at once */
export function checkedEntry(
  id: string,
  content: Uint8Array,
  about: { readonly fileName: string; readonly expiresAt: number },
  { nowMs, maxContentBytes }: { readonly nowMs: number; readonly maxContentBytes: number },
): HandoffEntry {
  const problems = [
    content.length > maxContentBytes && `content of at most ${maxContentBytes} bytes`,
    !(fileNamePattern.test(about.fileName) && about.fileName.isWellFormed()) &&
      `a file name of one path segment and at most ${fileNameMax} characters`,
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

export function sealedHandoff(key: SealingKey, entry: HandoffEntry, content: Uint8Array): SealedHandoff {
  const keyId = key.id.toString("base64url");
  const { fileName, expiresAt, bytes, sha256 } = entry;
  // Short, and the id stands in what is authenticated: metadata is bounded.
  const short = JSON.stringify([fileName, expiresAt, bytes, Buffer.from(sha256, "hex").toString("base64url")]);
  const text = sealed(key.contentKey, aboutEntry(keyId, entry.id), Buffer.from(short));
  const about = `h${version}.${keyId}.${text.toString("base64url")}`;
  return { about, content: sealed(key.contentKey, aboutContent(about, entry.id), content) };
}

/** @throws ConfigurationError when it was sealed with another key, for another id, or is damaged */
export function openedEntry(key: SealingKey, id: string, about: string): HandoffEntry {
  const [, found, keyId = "", text = ""] = form.exec(about) ?? [];
  if (Number(found) !== version) throw damaged(id);
  if (keyId !== key.id.toString("base64url")) {
    throw new ConfigurationError(
      `Expected the key that sealed the handoff ${id}, got another one: restore the former key, or put the handoff again`,
      { code: "wrong-vault-key" },
    );
  }
  const entry = opened(key.contentKey, aboutEntry(keyId, id), Buffer.from(text, "base64url"));
  if (!entry) throw damaged(id);
  const [fileName, expiresAt, bytes, hash] = JSON.parse(entry.toString());
  return { id, fileName, expiresAt, bytes, sha256: Buffer.from(hash, "base64url").toString("hex") };
}

/** @throws ConfigurationError when the content is not the one that was sealed with this entry */
export function openedContent(
  key: SealingKey,
  id: string,
  { about, content }: { about: string; content: Buffer },
): Buffer {
  const plain = opened(key.contentKey, aboutContent(about, id), content);
  if (plain) return plain;
  throw damaged(id);
}

const aboutEntry = (keyId: string, id: string) => JSON.stringify(["handoff", version, keyId, id]);
const aboutContent = (about: string, id: string) => JSON.stringify(["handoff content", version, about, id]);

export function damaged(id: string): ConfigurationError {
  return new ConfigurationError(
    `Expected the stored handoff ${id} as it was written, got a damaged or renamed one: put the handoff again`,
    { code: "sealed-file-damaged" },
  );
}
