import { Later } from "../../lib/operations/control-flow.ts";
import type { StepResult } from "../../lib/operations/step.ts";
import { silentAmong } from "./promise.ts";
import type { RotationState } from "./state.ts";
import { name as step, toPhase, type Work } from "./work.ts";

/** Looks for a word that nobody sent; whoever says it wakes the operation. */
const lookEveryMs = 24 * 3_600_000;

/** Both keys are good. Goes on when the time is over and all consumers who have to have said so. */
export function grace(work: Work, state: RotationState): StepResult {
  const { operation, asked, rotation } = work;
  const until = Math.max(state.graceUntil ?? 0, operation.extendedUntil ?? 0);
  const now = rotation.now();
  if (now < until) return { kind: "wait", step, untilMs: until };
  const since = (state.graceUntil ?? 0) - asked.graceMs;
  const missing = silentAmong(asked.acknowledge, operation.acknowledgements, since);
  if (missing.length > 0) {
    throw new Later(
      "acknowledgement",
      `The grace is over, and these have not said that they use the new key: ${missing.join(", ")}`,
      {
        at: now + lookEveryMs,
        attention: `drover operations acknowledge ${operation.id} --as ${missing[0]}`,
        restates: true,
      },
    );
  }
  return toPhase(work, state, "apply-second");
}
