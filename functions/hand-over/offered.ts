import { end, type StepResult } from "../../lib/operations/step.ts";
import { follow, followOn } from "./following.ts";
import { overOf } from "./over.ts";
import { isAwaitedAgain } from "./ready.ts";
import { fetchedOf, type HandOver, handleOf, type Offer } from "./state.ts";
import { takeBack } from "./take-back.ts";
import { resultOf, startRemoving, type Work } from "./work.ts";

/** Between the word that somebody is given it and the taking of it. */
const takenWithinMs = 2_000;

/** Waits until the credential is fetched, or dead. */
export async function offered(work: Work, state: HandOver & { readonly offer: Offer }): Promise<StepResult> {
  const { operation, call, mint, name } = work;
  const { offer } = state;
  const fetched = fetchedOf(operation, state);
  if (!fetched) {
    if (call.nowMs < offer.expiresAt)
      return { kind: "wait", step: name, untilMs: offer.expiresAt, handle: handleOf(state) };
    return takeBack(work, state, "not-picked-up", `Nobody fetched ${offer.fileName} before it expired`);
  }
  const left = `${Math.floor(fetched.leftMs / 1000)} s before it expired`;
  const reason = `${fetched.by} fetched ${offer.fileName} ${left}`;
  if (!mint.things) return givenAway(work, { ...state, offer }, reason);
  // It did not arrive, or is not wanted any more, before anybody has looked.
  if (isAwaitedAgain(operation, state, call.nowMs) || overOf(work, state)) return follow(work, state);
  const result = resultOf(operation, state);
  return followOn(work, state, {
    event: { type: "drover.operation.started", data: { code: "fetched", reason, result } },
  });
}

/** Where nothing shows whether it is used, it is done once it has left the store. */
async function givenAway(work: Work, state: HandOver & { readonly offer: Offer }, reason: string): Promise<StepResult> {
  const { operation, call, handoffs, name } = work;
  if (isAwaitedAgain(operation, state, call.nowMs)) return startRemoving(work, state, [], { kind: "mint" });
  const isOver = call.nowMs >= state.offer.expiresAt;
  if (!isOver && (await handoffs.describe(state.offer.id)) === undefined) {
    return end("succeeded", { code: "handed-over", reason, result: resultOf(operation, state) });
  }
  const over = overOf(work, state);
  if (over) return startRemoving(work, state, [], { kind: "end", conclusion: over });
  if (isOver) return takeBack(work, state, "not-picked-up", `${reason}, and nothing shows that it left the store`);
  const untilMs = Math.min(call.nowMs + takenWithinMs, state.offer.expiresAt);
  return { kind: "wait", step: name, untilMs, handle: handleOf(state) };
}
