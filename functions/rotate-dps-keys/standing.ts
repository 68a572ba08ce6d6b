import type { JsonObject } from "../../lib/contracts/json.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { nameOf, type RotationRequest } from "./request.ts";
import { otherSlot, type RotationState } from "./state.ts";

/** How things are for consumers when nothing more happens. Only what was proven counts. */
export function whatStands(state: RotationState, { publish }: RotationRequest): string {
  const { first, verified, applied } = state;
  const other = otherSlot(first);
  const names = publish.map(nameOf);
  const published = names.filter((name) => name in state.published);
  const rest = names.filter((name) => !(name in state.published));
  if (applied[first] === undefined) return "Consumers go on with the key that is published";
  if (state.emergency && verified.length > 0) {
    if (rest.length === 0) return `Both keys were replaced, and the new ${first} key is published everywhere`;
    return `Both keys were replaced, and the new one is not published to ${rest.join(", ")}: consumers there are refused`;
  }
  if (!verified.includes(first)) {
    return `Whether the new ${first} key is in force is not proven, and it is not published: consumers go on with the other one`;
  }
  if (published.length === 0) return `The new ${first} key is not published: consumers go on with the ${other} key`;
  if (rest.length > 0) {
    return `The new ${first} key is published to ${published.join(", ")} alone: both keys stay good, and the next rotation publishes it to all`;
  }
  if (verified.includes(other)) return `The new ${first} key is published, and the ${other} key was replaced too`;
  if (applied[other] !== undefined)
    return `The new ${first} key is published; whether the ${other} key was replaced is not proven`;
  return `The new ${first} key is published; the ${other} key is still the one before`;
}

/** For the event that tells of the end. */
export function resultOf({ intents }: OperationRecord, state: RotationState): JsonObject {
  const { verified, applied, before } = state;
  const proven = (slot: "primary" | "secondary") => {
    if (applied[slot] === undefined) return before.fingerprints[slot];
    return verified.includes(slot) ? applied[slot] : "not proven";
  };
  return {
    published: { ...state.published },
    slot: state.first,
    fingerprints: { primary: proven("primary"), secondary: proven("secondary") },
    replaced: verified.filter((slot) => applied[slot] !== before.fingerprints[slot]),
    proof: [...state.proof],
    ...(state.graceUntil === undefined ? {} : { graceUntil: new Date(state.graceUntil).toISOString() }),
    ...(state.changedByOthers.length > 0 ? { changedByOthers: [...state.changedByOthers] } : {}),
    attempts: Object.fromEntries(Object.entries(intents).map(([name, { attempt }]) => [name, attempt])),
  };
}
