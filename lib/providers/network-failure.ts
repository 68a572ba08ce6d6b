import { RetryableError } from "../contracts/errors.ts";
import type { Ended } from "./attempt.ts";
import { type Call, effectWithoutProof } from "./call.ts";

/** These come before a connection exists, so nothing can have been sent. */
const beforeSending: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * What a rejected `fetch` means. The thrown message is not passed on: a refused header, for one, is quoted in it in full, token and all.
 */
export function networkFailure(thrown: unknown, ended: Ended | undefined, call: Call, host: string): RetryableError {
  const codes = ended === undefined ? codesOf(thrown) : [];
  const proven = codes.length > 0 && codes.every((code) => beforeSending.has(code));
  const got = ended === undefined ? (codes[0] ?? "a broken connection") : ended.replace("-", " ");
  return new RetryableError(`Expected an answer about ${call.about} from ${host}, got none: ${got}`, {
    code: ended ?? (proven ? "unreachable" : "connection-lost"),
    provider: call.provider,
    operation: call.operation,
    effect: proven ? "none" : effectWithoutProof(call),
  });
}

/** Codes of the failures behind `fetch failed`. With several addresses tried, there is one for each. */
function codesOf(thrown: unknown, depth = 0): string[] {
  if (!(thrown instanceof Error) || depth > 4) return [];
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    // One address that failed without a known code leaves everything possible.
    return thrown.errors.flatMap((error) => {
      const codes = codesOf(error, depth + 1);
      return codes.length > 0 ? codes : ["UNKNOWN"];
    });
  }
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  return /^[A-Z][A-Z0-9_]{1,39}$/.test(code) ? [code] : codesOf(thrown.cause, depth + 1);
}
