import { end, type StepResult } from "../../lib/operations/step.ts";
import { followOn } from "./following.ts";
import { fetchedOf, type HandOver, handleOf, type Offer } from "./state.ts";
import { takeBack } from "./take-back.ts";
import { resultOf, type Work } from "./work.ts";

/** Waits until the credential is fetched, or dead. */
export function offered(work: Work, state: HandOver & { readonly offer: Offer }): StepResult {
  const { operation, call, mint, name } = work;
  const fetched = fetchedOf(operation, state);
  if (fetched) {
    const left = `${Math.floor(fetched.leftMs / 1000)} s before it expired`;
    const reason = `${fetched.by} fetched ${state.offer.fileName} ${left}`;
    const result = resultOf(operation, state);
    if (!mint.things) return end("succeeded", { code: "handed-over", reason, result });
    return followOn(work, state, {
      event: { type: "drover.operation.started", data: { code: "fetched", reason, result } },
    });
  }
  if (call.nowMs < state.offer.expiresAt) {
    return { kind: "wait", step: name, untilMs: state.offer.expiresAt, handle: handleOf(state) };
  }
  return takeBack(work, state, "not-picked-up", `Nobody fetched ${state.offer.fileName} before it expired`);
}
