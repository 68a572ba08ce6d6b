import type { Conclusion } from "../../lib/contracts/operation.ts";
import type { Ended } from "../../lib/contracts/provider.ts";
import { end, next, type Progress, type StepResult } from "../../lib/operations/step.ts";
import { overOf } from "./over.ts";
import { isAwaitedAgain } from "./ready.ts";
import { fetchedOf, type HandOver, handleOf } from "./state.ts";
import { takeBack } from "./take-back.ts";
import { finishing, isSettled, resultOf, standingOf, startRemoving, type Work } from "./work.ts";

/** Follows what was handed over, by `poll-operation`, which comes back when it has ended, or was not used in time. */
export function followOn(work: Work, state: HandOver, progress: Progress = {}): StepResult {
  const { operation, provider, mint, name } = work;
  const { made } = state;
  if (!made || !mint.things) return end("succeeded", { result: resultOf(operation, state) });
  const { polled: _, ...kept } = state;
  const handle = handleOf({
    ...kept,
    phase: "following",
    returnTo: name,
    // Once somebody has asked for its end, it is followed until it shows one.
    returnsOnCancel: operation.cancelRequested === undefined,
    polling: mint.things.pollHandle(made, usedBefore(work, state)),
  });
  const { pollPace } = provider;
  return next("poll-operation", {
    standing: standingOf(operation, state),
    ...progress,
    handle,
    afterMs: pollPace.firstMs,
    pace: pollPace,
  });
}

/** Until when what was fetched has to show that it is used. */
function usedBefore({ asked }: Work, { offer }: HandOver): number {
  return (offer?.expiresAt ?? 0) + asked.graceMs;
}

/** Looks at what was handed over, and says how it goes on. */
export async function follow(work: Work, state: HandOver): Promise<StepResult> {
  const { operation, call, mint } = work;
  const { made } = state;
  if (!made || !mint.things) return followOn(work, state);
  const seen = await mint.things.read(made, call);
  switch (seen.kind) {
    case "ended":
      return endedAs(work, state, seen.ended);
    case "gone":
      if (!isSettled(work, state.madeAt)) return followOn(work, state);
      return removedByOthers(work, state, made.id);
    case "being-removed":
      return removedByOthers(work, state, made.id);
    case "of-others":
      return finishing(work, state, { outcome: "failed", code: "conflict", reason: seen.evidence });
    case "unclear":
      return followOn(work, state);
    case "in-use": {
      if (call.nowMs < operation.deadline) return followOn(work, state);
      const reason = `The deadline passed while ${made.id} was ${seen.status}: it was left as it is`;
      return finishing(work, state, { outcome: "timed-out", code: "deadline", status: seen.status, reason });
    }
    case "unused":
      return notUsed(work, state, made) ?? followOn(work, state);
  }
}

function removedByOthers(work: Work, state: HandOver, id: string): StepResult {
  const reason = `Somebody has removed ${id} at the provider`;
  return finishing(work, state, { outcome: "failed", code: "removed-by-others", reason });
}

function notUsed(work: Work, state: HandOver, made: NonNullable<HandOver["made"]>): StepResult | undefined {
  const { operation, call } = work;
  const over = overOf(work, state);
  if (over) return startRemoving(work, state, [made], { kind: "end", conclusion: over });
  // Whoever fetched it says that it did not get there.
  if (isAwaitedAgain(operation, state, call.nowMs)) return startRemoving(work, state, [made], { kind: "mint" });
  if (call.nowMs < usedBefore(work, state)) return undefined;
  const by = fetchedOf(operation, state)?.by ?? "Somebody";
  return takeBack(work, state, "not-used", `${by} fetched it, and nobody used it before it expired`);
}

/** How the provider says that it ended. */
export function endedAs(work: Work, state: HandOver, { outcome, ...ended }: Ended): StepResult {
  const { ids: _, requestId: _id, ...said } = ended;
  const result = { ...resultOf(work.operation, state), ...ended.result };
  const conclusion: Conclusion = { outcome, ...said, result };
  // Where each answer came at once, nothing else can have been made.
  if (outcome === "succeeded" && !isDoubtful(work, state)) {
    return end(outcome, { ...said, result, ...(ended.requestId === undefined ? {} : { requestId: ended.requestId }) });
  }
  return finishing(work, state, conclusion);
}

/** Whether an attempt may have made something that nobody knows of. */
function isDoubtful({ operation }: Work, { mint }: HandOver): boolean {
  return mint > 1 || Object.values(operation.intents).some((intent) => intent.attempt > 1 || intent.recovered === true);
}
