import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Caller } from "../../lib/clients/caller.ts";
import { InvalidInputError } from "../../lib/contracts/errors.ts";

/**
 * Cursors of the ledger name rows, of which some are not for everybody. Whoever may not see all gets them sealed, and each for its own use.
 * The key is this process's own: after a restart a reader begins anew.
 */
const key = randomBytes(32);
const ivLength = 12;
const tagLength = 16;
/** So that the length tells nothing either. */
const paddedTo = 64;

const boundTo = (caller: Caller, list: string) => Buffer.from(JSON.stringify([list, caller.name]));

export function shownCursor(caller: Caller, list: string, cursor: string | undefined): { readonly cursor?: string } {
  if (cursor === undefined) return {};
  if (caller.seesAll) return { cursor };
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: tagLength });
  cipher.setAAD(boundTo(caller, list));
  const sealed = Buffer.concat([cipher.update(cursor.padEnd(paddedTo)), cipher.final()]);
  return { cursor: Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString("base64url") };
}

/** @throws InvalidInputError for one that was not given to this caller for this list by this process */
export function givenCursor(caller: Caller, list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined || caller.seesAll) return cursor;
  const bytes = Buffer.from(cursor, "base64url");
  // The decoder takes several spellings of the same bytes.
  if (bytes.length < ivLength + tagLength || bytes.toString("base64url") !== cursor) throw notGiven();
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivLength), { authTagLength: tagLength });
  decipher.setAAD(boundTo(caller, list));
  decipher.setAuthTag(bytes.subarray(-tagLength));
  const text = decipher.update(bytes.subarray(ivLength, -tagLength));
  try {
    return Buffer.concat([text, decipher.final()]).toString().trimEnd();
  } catch {
    throw notGiven();
  }
}

function notGiven(): InvalidInputError {
  return new InvalidInputError("Expected a cursor from the page before, got another text: begin anew without one", {
    code: "invalid-cursor",
  });
}
