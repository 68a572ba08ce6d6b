import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { openIntents } from "../../lib/operations/run.ts";
import { defineStep, type StepResult } from "../../lib/operations/step.ts";
import { apply } from "./apply.ts";
import { concluded, finish } from "./finish.ts";
import { grace } from "./grace.ts";
import { plan, whatIsThere } from "./plan.ts";
import { publish, readBack } from "./publish.ts";
import { rotationRequestOf } from "./request.ts";
import { type Phase, type RotationState, rotationOf } from "./state.ts";
import { endedBy, verify } from "./verify.ts";
import { name, type Work, workOf } from "./work.ts";

const phaseOf: Readonly<Record<Phase, (work: Work, state: RotationState) => Promise<StepResult> | StepResult>> = {
  "apply-first": apply,
  "verify-first": verify,
  publish,
  "read-back": readBack,
  grace,
  "apply-second": apply,
  "verify-second": verify,
  finish,
};

/** Phases in which nothing is written to the service. */
const withoutTurn: ReadonlySet<Phase> = new Set(["grace", "finish"]);

/** Replaces the two keys of a policy, one after the other, so that no consumer ever holds a dead one (docs/key-rotation.md). */
export const rotateDpsKeys = defineStep<DeploymentProvider>({
  name,
  changes: true,

  /** A key that has leaked cannot wait for the grace of another rotation. */
  urgent({ request }) {
    if (!rotationRequestOf(request).emergency) return undefined;
    return async (context) => {
      await whatIsThere(workOf(context));
    };
  },

  claimOf: ({ request }, provider) => provider.keyRotation?.claimOf(request),

  turnOf(operation, provider) {
    const state = rotationOf(operation);
    // A plan reads, and may wait for days: what it has seen is looked at again before anything is written.
    if (!state || withoutTurn.has(state.phase) || isOver(operation, state, 0)) return undefined;
    return provider.turnOf(operation.request);
  },

  async run(context) {
    const { state, ...work } = workOf(context);
    if (!state) return plan(work);
    const over = isOver(work.operation, state, work.call.nowMs);
    if (over) return concluded(work, state, over);
    return phaseOf[state.phase](work, state);
  },

  insteadOfEnd(operation, conclusion) {
    const state = rotationOf(operation);
    if (!state || state.phase === "finish") return undefined;
    return concluded({ operation, asked: rotationRequestOf(operation.request) }, state, conclusion);
  },
});

/** A rotation goes no further forward once somebody has ended it or its time is up. What is under way is looked at first. */
function isOver(operation: OperationRecord, state: RotationState, now: number): Conclusion | undefined {
  if (state.phase === "finish" || state.phase.startsWith("verify") || openIntents(operation).length > 0)
    return undefined;
  // Both keys before are gone: the only way is forward.
  if (state.emergency && state.applied[state.first] !== undefined) return undefined;
  const { cancelRequested, deadline } = operation;
  if (cancelRequested) return { outcome: "cancelled", code: "aborted", reason: endedBy(operation) };
  return now < deadline ? undefined : { outcome: "timed-out", code: "deadline", reason: "The deadline passed" };
}
