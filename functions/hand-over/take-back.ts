import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import type { StepResult } from "../../lib/operations/step.ts";
import type { HandOver } from "./state.ts";
import { resultOf, startRemoving, type Work } from "./work.ts";

/** Nobody has used it: what was made is removed, and a person has to say that there is somebody for the next one. */
export function takeBack(work: Work, state: HandOver, code: string, why: string): StepResult {
  const { asked, mint, operation } = work;
  const left = mint.things && state.made ? [state.made] : [];
  const reason = left.length > 0 ? `${why}, so ${state.made?.id} was removed` : why;
  if (asked.mint === "on-pickup") return startRemoving(work, state, left, { kind: "await", code, reason });
  return startRemoving(work, state, left, { kind: "end", conclusion: unused(operation, state, code, reason) });
}

export function unused(operation: OperationRecord, state: HandOver, code: string, reason: string): Conclusion {
  const again = `For a new one: drover submit --again ${operation.id}`;
  return { outcome: "timed-out", code, reason: `${reason}. ${again}`, result: resultOf(operation, state) };
}
