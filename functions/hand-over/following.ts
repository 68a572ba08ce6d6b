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
  const handle = handleOf({
    ...state,
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
  const { mint, call } = work;
  const { made } = state;
  if (!made || !mint.things) return followOn(work, state);
  const seen = await mint.things.read(made, call);
  switch (seen.kind) {
    case "ended":
      return endedAs(work, state, seen.ended);
    case "being-removed":
      return removedByOthers(work, state, made.id);
    case "of-others":
      return failing(work, state, "conflict", seen.evidence);
    case "in-use":
      return inUse(work, state, made.id, seen.status);
    case "unused":
    case "gone":
    case "unclear":
      return takenBack(work, state, made) ?? notShown(work, state, made.id, seen.kind);
  }
}

/** Nobody can end what somebody uses; only the deadline leaves it alone. */
function inUse(work: Work, state: HandOver, id: string, status: string): StepResult {
  const { call, operation } = work;
  if (call.nowMs < operation.deadline) return followOn(work, state);
  const reason = `The deadline passed while ${id} was ${status}: it was left as it is`;
  const result = resultOf(operation, state);
  return finishing(work, state, { outcome: "timed-out", code: "deadline", status, reason, result });
}

/** Whoever waits for its end, or for another one, is not kept waiting: what shows no use is looked at while it is removed. */
function takenBack(work: Work, state: HandOver, made: NonNullable<HandOver["made"]>): StepResult | undefined {
  const { operation, call } = work;
  const over = overOf(work, state);
  if (over) return startRemoving(work, state, [made], { kind: "end", conclusion: over });
  if (isAwaitedAgain(operation, state, call.nowMs)) return startRemoving(work, state, [made], { kind: "mint" });
  return undefined;
}

function notShown(work: Work, state: HandOver, id: string, kind: "unused" | "gone" | "unclear"): StepResult {
  const { call, operation } = work;
  // What was made a moment ago may not be shown yet.
  if (kind === "gone" && isSettled(work, state.madeAt)) return removedByOthers(work, state, id);
  if (kind !== "unused" || call.nowMs < usedBefore(work, state)) return followOn(work, state);
  const by = fetchedOf(operation, state)?.by ?? "Somebody";
  return takeBack(work, state, "not-used", `${by} fetched it, and nobody used it before it expired`);
}

const removedByOthers = (work: Work, state: HandOver, id: string): StepResult =>
  failing(work, state, "removed-by-others", `Somebody has removed ${id} at the provider`);

function failing(work: Work, state: HandOver, code: string, reason: string): StepResult {
  return finishing(work, state, { outcome: "failed", code, reason, result: resultOf(work.operation, state) });
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
