import * as z from "zod/mini";
import { PermanentError } from "../../../contracts/errors.ts";
import type { Json, JsonObject } from "../../../contracts/json.ts";
import type { Intent } from "../../../contracts/operation.ts";
import { parseAs } from "../../../contracts/parse.ts";
import type { CallContext, Ended, Found, Started } from "../../../contracts/provider.ts";
import { dateMsOf } from "../dates.ts";
import { provider } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { Where } from "../paths.ts";
import type { Certificate } from "../wire.ts";

const preparedSchema = z.object({
  unchanged: z.optional(z.boolean()),
  /** Of the certificate that is replaced or deleted; absent where there was none. */
  etag: z.optional(z.string()),
  thumbprint: z.optional(z.string()),
});
export const preparedOf = (prepared: Json) => parseAs(preparedSchema, prepared, "what was seen before a change");

interface Wanted {
  readonly name: string;
  readonly thumbprint: string;
  readonly over: (changed: boolean, seen: Certificate | undefined) => Started;
}

/**
 * The thumbprint proves it, whoever put it there. Another ETag without it proves the contrary: the request carries the one before, and
 * is refused from now on.
 */
export async function findPut(
  parts: Parts,
  where: Where,
  { name, thumbprint, over }: Wanted,
  { prepared }: Intent,
  context: CallContext,
): Promise<Found<Started>> {
  const { unchanged, etag } = preparedOf(prepared);
  if (unchanged === true) return { kind: "found", result: over(false, undefined) };
  const seen = await certificateIn(parts, where, name, context);
  if (sameThumbprint(seen, thumbprint)) return { kind: "found", result: over(true, seen) };
  if (etag === undefined || seen?.etag === etag) return { kind: "absent-so-far" };
  return {
    kind: "fenced",
    evidence: `Somebody else has changed certificate ${name}: what carries its ETag of before is refused`,
  };
}

/** Undefined where the service has none of that name. @throws PermanentError for a service that is not there */
export async function certificateIn(
  { client }: Parts,
  where: Where,
  name: string,
  { signal }: Pick<CallContext, "signal">,
): Promise<Certificate | undefined> {
  try {
    return await client.certificate(where, name, signal);
  } catch (error) {
    if (error instanceof PermanentError && error.code === "certificate-not-found") return undefined;
    throw error;
  }
}

export function preparing(seen: Certificate | undefined, unchanged: boolean): Json {
  const { thumbprint } = seen?.properties ?? {};
  if (seen !== undefined && !seen.etag) {
    throw new PermanentError(
      `Expected an ETag of certificate ${seen.name}, got none: it cannot be changed without one`,
      {
        provider,
        code: "no-etag",
      },
    );
  }
  return {
    ...(unchanged ? { unchanged } : {}),
    ...(seen?.etag ? { etag: seen.etag } : {}),
    ...(thumbprint ? { thumbprint } : {}),
  };
}

export function sameThumbprint(seen: Certificate | undefined, thumbprint: string): boolean {
  return seen?.properties.thumbprint?.toUpperCase() === thumbprint;
}

/** What can be told of a certificate: all of it is public. */
export function shownOf(seen: Certificate | undefined): JsonObject {
  const { subject, expiry, isVerified } = seen?.properties ?? {};
  const expiresAtMs = dateMsOf(expiry);
  return {
    ...(subject ? { subject } : {}),
    ...(expiresAtMs === undefined ? {} : { expiry: new Date(expiresAtMs).toISOString() }),
    ...(typeof isVerified === "boolean" ? { isVerified } : {}),
  };
}

export function overOf(where: Where, result: JsonObject & { readonly changed: boolean }): Started & { ended: Ended } {
  const { resourceGroup, service } = where;
  const ids = { resourceGroup, service };
  const status = result.changed ? "Succeeded" : "Unchanged";
  return { handle: { ...ids }, ids, ended: { status, outcome: "succeeded", result: { ...ids, ...result } } };
}
