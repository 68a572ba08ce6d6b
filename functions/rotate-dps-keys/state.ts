import * as z from "zod/mini";
import type { Json } from "../../lib/contracts/json.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { parseAs } from "../../lib/contracts/parse.ts";
import { type Slot, slots } from "../../lib/contracts/publish-target.ts";

/** In the order in which a rotation goes through them. */
export const phases = [
  "apply-first",
  "verify-first",
  "publish",
  "read-back",
  "grace",
  "apply-second",
  "verify-second",
  "finish",
] as const;
export type Phase = (typeof phases)[number];

const slot = z.enum(slots);

/** Operations go on across releases: what a later release adds here is optional. */
const stateSchema = z.object({
  /** Where `poll-operation` goes back to. */
  returnTo: z.literal("rotate-dps-keys"),
  phase: z.enum(phases),
  /** How many rotations of the policy there were, with this one. */
  number: z._default(z.number(), 1),
  /** The slot that nobody uses: replaced and published first. In an emergency both are replaced at once, and this one is published. */
  first: slot,
  emergency: z.boolean(),
  /** Before anything was changed: fingerprints. */
  before: z.object({
    fingerprints: z.object({ primary: z.string(), secondary: z.string() }),
    around: z.record(z.string(), z.string()),
  }),
  /** Fingerprints of the new keys that are in the service, by their slot. */
  applied: z.object({ primary: z.optional(z.string()), secondary: z.optional(z.string()) }),
  /** Slots whose new key was proven to be in force. */
  verified: z._default(z.array(slot), []),
  /** Targets that have the new key, with the version that they gave it. */
  published: z.record(z.string(), z.string()),
  /** When the key before may go (ms since 1970): set once all targets were read back. */
  graceUntil: z.optional(z.number()),
  /** When the grace began by the provider's clock (ms since 1970): a second one beside ours. */
  graceSinceThere: z.optional(z.number()),
  /** How the new keys were proven, as sentences. */
  proof: z.array(z.string()),
  /** What somebody else has changed meanwhile, by area. */
  changedByOthers: z.array(z.string()),
  /** For `poll-operation`. */
  polling: z.optional(z.custom<Json>()),
  /** How the last change ended, by the provider's word. */
  polled: z.optional(z.object({ status: z.string(), failure: z.optional(z.string()) })),
});

/** How far a rotation is: the operation's handle. No key in it. */
export type RotationState = z.output<typeof stateSchema>;

/** As it is stored. */
export const handleOf = (state: RotationState): Json => JSON.parse(JSON.stringify(state));

export const otherSlot = (one: Slot): Slot => (one === "primary" ? "secondary" : "primary");

/** Undefined before there is a plan. @throws InvalidInputError for the handle of another kind of operation */
export function rotationOf({ handle }: OperationRecord): RotationState | undefined {
  return handle === undefined ? undefined : parseAs(stateSchema, handle, "the state of a key rotation");
}

export const isAtOrAfter = (state: RotationState, phase: Phase): boolean =>
  phases.indexOf(state.phase) >= phases.indexOf(phase);

/** Slots whose keys the phase replaces, or has replaced. */
export function slotsOf(state: RotationState): readonly Slot[] {
  if (state.emergency) return slots;
  return [isAtOrAfter(state, "apply-second") ? otherSlot(state.first) : state.first];
}

/** Fingerprint that a slot should have by now. */
export const expectedIn = (state: RotationState, one: Slot): string =>
  state.applied[one] ?? state.before.fingerprints[one];
