import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import { end, type Progress, type StepResult } from "../../lib/operations/step.ts";
import type { RotationRequest } from "./request.ts";
import { resultOf, whatStands } from "./standing.ts";
import type { RotationState } from "./state.ts";
import { toPhase, type Work } from "./work.ts";

/** The published key itself is dead: nothing of such an end is a partial success. */
export const publishedKeyGone = "published-key-gone";

/** How it is going to end, once what was staged is removed. What was not done is said, whatever the outcome. */
export function concluded(
  work: { readonly operation: OperationRecord; readonly asked: RotationRequest },
  state: RotationState,
  conclusion: Conclusion,
  progress: Progress = {},
): StepResult {
  const { outcome, code } = conclusion;
  // The new key is published and good: what failed is the replacement of the other one.
  const partly = outcome === "failed" && state.graceUntil !== undefined && code !== publishedKeyGone;
  const stands = outcome === "succeeded" || code === publishedKeyGone ? undefined : whatStands(state, work.asked);
  const reason = [conclusion.reason, stands].filter(Boolean).join(". ");
  return toPhase(work, state, "finish", {
    ...progress,
    concluded: {
      ...conclusion,
      outcome: partly ? "partially-succeeded" : outcome,
      ...(reason === "" ? {} : { reason }),
      result: resultOf(work.operation, state),
    },
  });
}

/** Nothing that was staged outlives its rotation; what was promised does. */
export async function finish(work: Work, state: RotationState): Promise<StepResult> {
  const { operation, rotation } = work;
  const { outcome, ...how } = operation.concluded ?? { outcome: "failed", reason: "Nothing says how it was to end" };
  await keepPromise(work, state, outcome === "succeeded");
  await rotation.staged.remove(operation.id);
  return end(outcome, {
    ...how,
    status: state.phase,
    result: { ...rotation.resultOf(operation.request), ...how.result },
  });
}

/** Both keys are new: nobody is promised anything but the targets. Else what was said to consumers holds beyond the end. */
async function keepPromise({ operation, rotation, asked }: Work, state: RotationState, isDone: boolean): Promise<void> {
  if (Object.keys(state.published).length === 0) return;
  const { id, request, extendedUntil = 0, acknowledgements = {} } = operation;
  const missing = asked.acknowledge.filter((consumer) => !Object.hasOwn(acknowledgements, consumer));
  await rotation.promises.keep(rotation.claimOf(request), {
    operation: id,
    until: isDone ? 0 : Math.max(state.graceUntil ?? 0, extendedUntil),
    acknowledge: isDone ? [] : missing,
    published: publishedKeys(state),
  });
}

/** Fingerprint of what each target shows. */
export function publishedKeys({ first, applied, published, before }: RotationState): Readonly<Record<string, string>> {
  const fingerprint = applied[first] ?? before.fingerprints[first];
  return Object.fromEntries(Object.keys(published).map((name) => [name, fingerprint]));
}
