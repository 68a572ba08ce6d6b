import { PermanentError } from "../../lib/contracts/errors.ts";
import type { PolicySeen } from "../../lib/contracts/key-rotation.ts";
import type { Slot } from "../../lib/contracts/publish-target.ts";
import { type AtTarget, slotsWith } from "./published.ts";
import { otherSlot, type RotationState } from "./state.ts";
import type { Work } from "./work.ts";

/** Where a rotation begins. */
export type Start = Pick<RotationState, "first" | "phase" | "applied">;

/** Which of the two new keys is published does not matter: what is published now goes first only if nobody knows better. */
export function emergencyStart(targets: readonly AtTarget[], seen: PolicySeen): Start {
  const [published] = targets.flatMap(({ key }) => (key ? slotsWith(seen, key.fingerprint) : []));
  return { first: published ? otherSlot(published) : "primary", phase: "apply-first", applied: {} };
}

/** The slot in use is the one whose key is published: looked up every time, never remembered. */
export function startOf(
  { asked, keys }: Work,
  targets: readonly AtTarget[],
  seen: PolicySeen,
  wasPublished: boolean,
): Start {
  if (seen.fingerprints.primary === seen.fingerprints.secondary) {
    throw undecided("same-keys", keys.about, "the same key in both", "only an emergency rotation can replace them");
  }
  const known = targets.flatMap((target) => {
    const { key } = target;
    if (!key) return [];
    const [slot] = slotsWith(seen, key.fingerprint);
    if (slot !== undefined) return [{ slot, since: key.since }];
    const found = `a key in ${target.name} that is in neither`;
    const remedy =
      "its consumers are refused already, so look who changed it, then put it right or ask for an emergency rotation";
    throw undecided("published-elsewhere", keys.about, found, remedy);
  });
  const [newest] = known.toSorted((a, b) => b.since - a.since);
  if (newest === undefined && wasPublished) {
    const found = "nothing where the last rotation published it";
    throw undecided("published-gone", keys.about, found, "restore the secret, or ask for an emergency rotation");
  }
  if (newest === undefined) return firstTime(asked.slotInUse, keys.about);
  if (known.every(({ slot }) => slot === newest.slot)) {
    return { first: otherSlot(newest.slot), phase: "apply-first", applied: {} };
  }
  // A rotation was ended while it published: both slots are in use, and only publishing the newer key everywhere makes one idle.
  const { slot } = newest;
  return { first: slot, phase: "verify-first", applied: { [slot]: seen.fingerprints[slot] } };
}

function firstTime(slotInUse: Slot | undefined, about: string): Start {
  if (slotInUse !== undefined) return { first: otherSlot(slotInUse), phase: "apply-first", applied: {} };
  throw undecided(
    "slot-in-use-unknown",
    about,
    "nothing published yet",
    "say in slotInUse which one consumers have, this first time",
  );
}

function undecided(code: string, about: string, found: string, remedy: string): PermanentError {
  return new PermanentError(
    `Expected one of the two keys of ${about} to be the published one, got ${found}: ${remedy}`,
    {
      code,
    },
  );
}
