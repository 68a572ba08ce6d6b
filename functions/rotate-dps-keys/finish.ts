import type { JsonObject } from "../../lib/contracts/json.ts";
import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import { end, type Progress, type StepResult } from "../../lib/operations/step.ts";
import { nameOf, type RotationRequest } from "./request.ts";
import { expectedIn, otherSlot, type RotationState } from "./state.ts";
import { toPhase, type Work } from "./work.ts";

/** How it is going to end, once what was staged is removed. What was not done is said, whatever the outcome. */
export function concluded(
  operation: OperationRecord,
  state: RotationState,
  asked: RotationRequest,
  conclusion: Conclusion,
  progress: Progress = {},
): StepResult {
  const { outcome } = conclusion;
  // The new key is published and good: what failed is the replacement of the other one.
  const partly = outcome === "failed" && state.graceUntil !== undefined;
  const reason = [conclusion.reason, outcome === "succeeded" ? undefined : whatStands(state, asked)]
    .filter(Boolean)
    .join(". ");
  return toPhase(state, "finish", {
    ...progress,
    concluded: {
      ...conclusion,
      outcome: partly ? "partially-succeeded" : outcome,
      ...(reason === "" ? {} : { reason }),
      result: resultOf(operation, state),
    },
  });
}

function whatStands(state: RotationState, { publish }: RotationRequest): string {
  const { first, applied } = state;
  const other = otherSlot(first);
  const names = publish.map(nameOf);
  const published = names.filter((name) => name in state.published);
  if (applied[first] === undefined) return "Consumers go on with the key that is published";
  if (published.length === 0) return `The new ${first} key is not published: consumers go on with the ${other} key`;
  if (published.length < names.length) {
    return `The new ${first} key is published to ${published.join(", ")} alone: both keys stay good, and the next rotation publishes it to all`;
  }
  return `The new ${first} key is published; the ${other} key is still the one before`;
}

function resultOf({ intents }: OperationRecord, state: RotationState): JsonObject {
  return {
    published: { ...state.published },
    slot: state.first,
    fingerprints: { primary: expectedIn(state, "primary"), secondary: expectedIn(state, "secondary") },
    replaced: Object.keys(state.applied),
    proof: [...state.proof],
    ...(state.graceUntil === undefined ? {} : { graceUntil: new Date(state.graceUntil).toISOString() }),
    ...(state.changedByOthers.length > 0 ? { changedByOthers: [...state.changedByOthers] } : {}),
    attempts: Object.fromEntries(Object.entries(intents).map(([name, { attempt }]) => [name, attempt])),
  };
}

/** Nothing that was staged outlives its rotation. */
export async function finish({ operation, rotation }: Work, state: RotationState): Promise<StepResult> {
  await rotation.staged.remove(operation.id);
  const { outcome, ...how } = operation.concluded ?? { outcome: "failed", reason: "Nothing says how it was to end" };
  return end(outcome, {
    ...how,
    status: state.phase,
    result: { ...rotation.resultOf(operation.request), ...how.result },
  });
}
