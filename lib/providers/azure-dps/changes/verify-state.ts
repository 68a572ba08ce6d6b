import * as z from "zod/mini";
import type { Json, JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { waitsForSomebody } from "../../../contracts/provider.ts";
import { verifyCertificate } from "../../../contracts/requests/azure-dps.ts";

const fieldsSchema = z.object(verifyCertificate);
export type VerifyFields = z.output<typeof fieldsSchema>;

export const verifyFieldsOf = (given: JsonObject): VerifyFields =>
  parseAs(fieldsSchema, given, "the fields of a certificate's verification");

/** Operations go on across releases: what a later release adds here is optional. */
const stateSchema = z.object({
  phase: z.enum(["code", "supply", "verify", "confirm"]),
  /** Codes so far: each that somebody else has made void costs one. */
  round: z.number(),
  /** The present code; no secret. */
  code: z.optional(z.string()),
  /** Of the certificate since that code: another one means that the code is void. */
  etag: z.optional(z.string()),
  /** The CA's certificate as PEM text, where the service has shown it and the request has not. */
  authority: z.optional(z.string()),
  /** The last leaf that the service did not take. */
  refused: z.optional(z.object({ fingerprint: z.string(), reason: z.string() })),
  /** When the service has taken a leaf (ms since 1970). */
  verifiedAt: z.optional(z.number()),
  waitsFor: z.optional(z.literal(waitsForSomebody.waitsFor)),
});

/** How far a verification is: the operation's handle. */
export type VerifyState = z.output<typeof stateSchema>;

/** Undefined before anything is known. @throws InvalidInputError for the handle of another kind of operation */
export const verifyStateOf = (handle: Json | undefined): VerifyState | undefined =>
  handle === undefined ? undefined : parseAs(stateSchema, handle, "the state of a certificate's verification");

/** As it is stored. */
export function handleOf({ waitsFor: _, ...state }: VerifyState): Json {
  return JSON.parse(JSON.stringify(state.phase === "supply" ? { ...state, ...waitsForSomebody } : state));
}
