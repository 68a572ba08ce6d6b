import { DroverError, RetryableError } from "../contracts/errors.ts";
import type { Secret } from "../contracts/secret.ts";

/** Reads a secret by its reference (`env:`, `file:`, `vault:`). */
export type SecretReader = (reference: string) => Promise<Secret>;

/** @param what it is, for messages: `the client secret` */
export async function readSecret(
  read: SecretReader,
  reference: string,
  { what, provider }: { readonly what: string; readonly provider: string },
): Promise<Secret> {
  try {
    return await read(reference);
  } catch (error) {
    // Whatever goes wrong here, nothing has been sent to the provider: an error that does not say so is replaced.
    if (error instanceof DroverError && error.effect === "none") throw error;
    // The message of a vault's own error may quote what it was asked or what it found; only ours is safe.
    const why = error instanceof DroverError ? `: ${error.message}` : "";
    throw new RetryableError(`Expected ${what} at ${reference}, got an error while reading it${why}`, {
      code: "secret-unreadable",
      provider,
      effect: "none",
    });
  }
}
