import { end, type StepResult } from "../../lib/operations/step.ts";
import { follow, followOn } from "./following.ts";
import { isAwaitedAgain } from "./ready.ts";
import { fetchedOf, type HandOver, handleOf, type Offer } from "./state.ts";
import { takeBack } from "./take-back.ts";
import { resultOf, startRemoving, type Work } from "./work.ts";

/** Waits until the credential is fetched, or dead. */
export function offered(work: Work, state: HandOver & { readonly offer: Offer }): Promise<StepResult> | StepResult {
  const { operation, call, mint, name } = work;
  const fetched = fetchedOf(operation, state);
  // It did not arrive, says who fetched it, before anybody has looked.
  if (fetched && isAwaitedAgain(operation, state, call.nowMs)) {
    return mint.things ? follow(work, state) : startRemoving(work, state, [], { kind: "mint" });
  }
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
