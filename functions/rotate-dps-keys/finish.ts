import type { Outcome } from "../../lib/contracts/event.ts";
import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import { end, type Progress, type StepResult } from "../../lib/operations/step.ts";
import { keepPromise, type Lasting } from "./promise.ts";
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
  if (Object.keys(state.published).length > 0) await keepPromise(work, state, lasting(work, state, outcome));
  await rotation.staged.remove(operation.id);
  return end(outcome, {
    ...how,
    status: state.phase,
    result: { ...rotation.resultOf(operation.request), ...how.result },
  });
}

/** Both keys are new: nobody is promised anything. Else what was said to consumers holds beyond the end. */
function lasting({ operation, asked, rotation }: Work, { graceUntil }: RotationState, outcome: Outcome): Lasting {
  if (outcome === "succeeded") return { since: rotation.now(), until: 0 };
  if (graceUntil === undefined) return { since: rotation.now(), until: rotation.now() + asked.graceMs };
  return { since: graceUntil - asked.graceMs, until: Math.max(graceUntil, operation.extendedUntil ?? 0) };
}
