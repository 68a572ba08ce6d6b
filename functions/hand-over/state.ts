import * as z from "zod/mini";
import type { Json } from "../../lib/contracts/json.ts";
import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import { parseAs } from "../../lib/contracts/parse.ts";

const made = z.object({ id: z.string(), words: z.record(z.string(), z.string()) });

const offerSchema = z.object({
  /** In the handoff store. */
  id: z.string(),
  fileName: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  /** Nothing is served at or after this time (ms since 1970). */
  expiresAt: z.number(),
});
/** A credential that waits in the handoff store: what may be said of it. */
export type Offer = z.output<typeof offerSchema>;

const conclusion = z.custom<Conclusion>();

/** What comes after what was made and not used is gone. */
const afterwards = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("mint") }),
  z.object({ kind: z.literal("await"), code: z.string(), reason: z.string() }),
  z.object({ kind: z.literal("end"), conclusion }),
]);
export type Afterwards = z.output<typeof afterwards>;

/** Operations go on across releases: what a later release adds here is optional. */
const stateSchema = z.object({
  phase: z.enum(["awaiting", "minting", "offered", "following", "removing", "finishing"]),
  /** Mintings begun so far: names the effect of each. */
  mint: z.number(),
  /** Removals begun so far. */
  removals: z._default(z.number(), 0),
  /** How many words "ready" were answered by a minting. */
  used: z._default(z.number(), 0),
  /** Credentials lost one after another before anybody could fetch them. */
  lost: z._default(z.number(), 0),
  /** What was made last, and is not known to be gone. */
  made: z.optional(made),
  /** Since when it is known (ms since 1970): a provider may not show at once what it has made. */
  madeAt: z.optional(z.number()),
  offer: z.optional(offerSchema),
  /** Made by this operation, and to be removed. */
  left: z._default(z.array(made), []),
  leftAt: z.optional(z.number()),
  afterwards: z.optional(afterwards),
  /** Made by this operation, and not to be looked at any more: in use, not ours, or proven to be gone. */
  spared: z._default(z.array(z.string()), []),
  /** The removal that was accepted last (ms since 1970): the provider may still show what it has taken. */
  removed: z.optional(z.object({ id: z.string(), at: z.number(), tries: z._default(z.number(), 1) })),
  /** Since when the first of those that are left shows, while it is removed, that nobody uses it (ms since 1970). */
  unusedSince: z.optional(z.object({ id: z.string(), at: z.number() })),
  /** Why somebody has to say "ready" once more. */
  why: z.optional(z.object({ code: z.string(), reason: z.string() })),
  /** For `poll-operation`: where it goes back to, and what it asks for. */
  returnTo: z.optional(z.string()),
  returnsOnCancel: z.optional(z.boolean()),
  polling: z.optional(z.custom<Json>()),
});

/** How far a hand-over is: the operation's handle. No secret in it. */
export type HandOver = z.output<typeof stateSchema>;

/** As it is stored. */
export const handleOf = (state: HandOver): Json => JSON.parse(JSON.stringify(state));

/** Undefined before anything was asked. @throws InvalidInputError for the handle of another kind of operation */
export function handOverOf({ handle }: OperationRecord): HandOver | undefined {
  return handle === undefined ? undefined : parseAs(stateSchema, handle, "the state of a hand-over");
}

/** Whether the credential that waits, or waited last, was given to somebody. */
export const fetchedOf = ({ pickup }: Pick<OperationRecord, "pickup">, { offer }: HandOver) =>
  offer !== undefined && pickup?.fetched?.handoff === offer.id ? pickup.fetched : undefined;
