import { PermanentError } from "../../contracts/errors.ts";
import { operationIdPattern } from "../../contracts/identifiers.ts";
import type { PublishNote } from "../../contracts/publish-target.ts";
import { provider } from "./refusals.ts";

/**
 * A version's id is of our choice here, and says what the note says: operation, slot, and the grace in seconds (base 36), within the 64
 * characters that it may have. The service takes the same id with the same value for the same request, so a repeat makes no version.
 */
const form = /^([a-z2-7]{52})-([ps])-([0-9a-z]{1,9})$/;

export function versionIdOf({ operation, slot, graceMs }: PublishNote): string {
  const seconds = Math.ceil(graceMs / 1000);
  if (operationIdPattern.test(operation) && Number.isSafeInteger(seconds) && seconds >= 0 && seconds < 36 ** 9) {
    return `${operation}-${slot === "primary" ? "p" : "s"}-${seconds.toString(36)}`;
  }
  throw new PermanentError("Expected the id of an operation and a grace to name a version by, got something else", {
    code: "invalid-publish-note",
    provider,
  });
}

/** Undefined for versions that somebody else has made. */
export function noteIn(versionId: string): Partial<PublishNote> | undefined {
  const [, operation, slot, seconds] = form.exec(versionId) ?? [];
  if (operation === undefined || seconds === undefined) return undefined;
  return { operation, slot: slot === "p" ? "primary" : "secondary", graceMs: Number.parseInt(seconds, 36) * 1000 };
}
