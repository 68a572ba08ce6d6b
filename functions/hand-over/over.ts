import type { Conclusion } from "../../lib/contracts/operation.ts";
import type { HandOver } from "./state.ts";
import { unused } from "./take-back.ts";
import { resultOf, type Work } from "./work.ts";

/** How it has to end when nothing is under way: somebody has ended it, or its time is up. */
export function overOf({ operation, call }: Pick<Work, "operation" | "call">, state: HandOver): Conclusion | undefined {
  const { cancelRequested, deadline, concluded } = operation;
  if (concluded) return concluded;
  if (cancelRequested) {
    const by = [cancelRequested.by, cancelRequested.note].filter(Boolean).join(": ");
    return { outcome: "cancelled", code: "aborted", reason: `Ended by ${by}`, result: resultOf(operation, state) };
  }
  if (call.nowMs < deadline) return undefined;
  return unused(operation, state, "deadline", "The deadline passed before anybody had used it");
}
