import type { Made, MadeThings } from "../../lib/contracts/mint.ts";
import { end, type StepResult } from "../../lib/operations/step.ts";
import { endedAs, followOn } from "./following.ts";
import { overOf } from "./over.ts";
import { fetchedOf, type HandOver, handleOf } from "./state.ts";
import { finishing, isSettled, startRemoving, toAwaiting, toPhase, type Work } from "./work.ts";

/** Somebody may stand there and wait for the next one. */
const pace = { firstMs: 3_000, maxMs: 30_000 };
/** A provider may show for this long what it has taken away. */
const shownForMs = 60_000;

/** Takes back what was made and that nobody has used, one thing after another. What somebody uses stays. */
export async function remove(work: Work, state: HandOver): Promise<StepResult> {
  const { mint, call, operation } = work;
  const over = state.afterwards?.kind === "end" ? undefined : overOf(work, state);
  if (over) return startRemoving(work, state, state.left, { kind: "end", conclusion: over });
  await withdraw(work, state);
  const [first, ...rest] = state.left;
  if (!first || !mint.things) return afterRemoval(work, state);
  const seen = await mint.things.read(first, call);
  switch (seen.kind) {
    case "gone":
      // What was made a moment ago may not be shown yet.
      if (state.removed?.id !== first.id && !isSettled(work, state.leftAt))
        return { kind: "again", status: "not shown", pace };
      return remove(work, without(state, first, rest));
    case "being-removed":
      return { kind: "again", status: seen.status, pace };
    case "unclear":
      return { kind: "unclear", status: seen.status, pace };
    case "of-others":
      return finishing(work, sparing(state, first, rest), {
        outcome: "failed",
        code: "conflict",
        reason: seen.evidence,
      });
    case "unused":
      return removeOne(work, mint.things, state, first);
    case "in-use":
    case "ended": {
      // It was used after all, by whoever had fetched it.
      if (first.id === state.made?.id && fetchedOf(operation, state)) {
        return seen.kind === "ended" ? endedAs(work, state, seen.ended) : stillUsed(work, state, seen.status);
      }
      const status = seen.kind === "ended" ? seen.ended.status : seen.status;
      const reason = `Expected nobody to have what ${first.id} was made with, and it is ${status}: it was left as it is, find out who uses it`;
      return finishing(work, sparing(state, first, rest), { outcome: "failed", code: "already-used", status, reason });
    }
  }
}

/** From here on nobody can be given it any more, also not whoever was promised it and has not taken it yet. */
async function withdraw({ handoffs }: Work, { offer }: HandOver): Promise<void> {
  if (offer) await handoffs.remove(offer.id);
}

async function removeOne(work: Work, things: MadeThings, state: HandOver, made: Made): Promise<StepResult> {
  const { once, mint, call, name } = work;
  const { removed } = state;
  if (removed?.id === made.id && call.nowMs - removed.at < shownForMs)
    return { kind: "again", status: "removed", pace };
  const removals = state.removals + 1;
  const { result, recovered } = await once<{ readonly requestId?: string }>(`removal-${removals}`, {
    settling: mint.settling,
    // One too many finds nothing to remove.
    harmless: true,
    // What is made and not used has to go, also when somebody has ended the operation.
    inevitable: true,
    prepare: async () => ({ id: made.id }),
    create: (intent) => things.remove(made, intent, call),
    find: async () => {
      const { kind } = await things.read(made, call);
      return kind === "unused" ? { kind: "absent-so-far" } : { kind: "found", result: {} };
    },
  });
  return {
    kind: "next",
    step: name,
    handle: handleOf({ ...state, removals, removed: { id: made.id, at: call.nowMs } }),
    status: "removing",
    recovered,
    ...(result.requestId === undefined ? {} : { requestId: result.requestId }),
    afterMs: pace.firstMs,
    pace,
  };
}

function stillUsed(work: Work, state: HandOver, status: string): StepResult {
  const { operation, call } = work;
  const { made } = state;
  if (call.nowMs < operation.deadline && state.afterwards?.kind !== "end") return followOn(work, state);
  if (operation.cancelRequested && state.afterwards?.kind === "end") return followOn(work, state);
  const reason = `The deadline passed while ${made?.id} was ${status}: it was left as it is`;
  return finishing(work, state, { outcome: "timed-out", code: "deadline", status, reason });
}

function without(state: HandOver, gone: Made, left: readonly Made[]): HandOver {
  const { made, ...others } = state;
  return { ...others, ...(made && made.id !== gone.id ? { made } : {}), left: [...left] };
}

const sparing = (state: HandOver, { id }: Made, left: readonly Made[]): HandOver => ({
  ...state,
  left: [...left],
  spared: [...state.spared, id],
});

function afterRemoval(work: Work, { afterwards, offer: _, removed, ...state }: HandOver): StepResult {
  // A list may still show what is gone.
  const afterMs = removed === undefined ? 0 : pace.firstMs;
  if (afterwards?.kind === "end") return finishing(work, state, afterwards.conclusion, afterMs);
  if (afterwards?.kind !== "await") return toPhase(work, state, "minting", { afterMs });
  const { code, reason } = afterwards;
  return toAwaiting(work, { ...state, why: { code, reason } });
}

/** Ends when nothing of its own is left that it does not know of. */
export async function finish(work: Work, state: HandOver): Promise<StepResult> {
  const { mint, call } = work;
  await withdraw(work, state);
  const conclusion = state.afterwards?.kind === "end" ? state.afterwards.conclusion : undefined;
  if (!conclusion) throw new Error("Expected a hand-over that finishes to know how, got one that does not");
  const left =
    (await mint.things?.list(call))?.filter(({ id }) => id !== state.made?.id && !state.spared.includes(id)) ?? [];
  if (left.length > 0) return startRemoving(work, state, left, { kind: "end", conclusion });
  const { outcome, ...how } = conclusion;
  return end(outcome, how);
}
