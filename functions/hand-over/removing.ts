import { PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import type { Made, MadeThings } from "../../lib/contracts/mint.ts";
import type { Intent } from "../../lib/contracts/operation.ts";
import { end, type StepResult } from "../../lib/operations/step.ts";
import { endedAs, followOn } from "./following.ts";
import { fetchedOf, type HandOver, handleOf } from "./state.ts";
import { finishing, isSettled, resultOf, startRemoving, straysOf, toAwaiting, toPhase, type Work } from "./work.ts";

/** Somebody may stand there and wait for the next one. */
const pace = { firstMs: 3_000, maxMs: 30_000 };
/** A provider may show for this long what it has taken away; twice as long after each further removal. */
const shownForMs = 60_000;
/** Removals of one thing, each accepted, before it is left to a person. */
const maxTries = 5;

/** Takes back what was made and that nobody has used, one thing after another. What somebody uses stays. */
export async function remove(work: Work, state: HandOver): Promise<StepResult> {
  const { mint, call, operation } = work;
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
      return left(work, state, "conflict", seen.evidence);
    case "unused":
      return removeUnused(work, mint.things, state, first);
    case "in-use":
    case "ended": {
      // It was used after all, by whoever had fetched it.
      if (first.id === state.made?.id && fetchedOf(operation, state)) {
        return seen.kind === "ended" ? endedAs(work, state, seen.ended) : stillUsed(work, state, seen.status);
      }
      const status = seen.kind === "ended" ? seen.ended.status : seen.status;
      const reason = `Expected nobody to have what ${first.id} was made with, and it is ${status}: it was left as it is, find out who uses it`;
      return left(work, state, "already-used", reason);
    }
  }
}

/** From here on nobody is given it any more, by how far the row is; what a store cannot remove dies by itself. */
async function withdraw({ handoffs }: Work, { offer }: HandOver): Promise<void> {
  if (offer) await handoffs.remove(offer.id).catch(() => false);
}

/** The first of those that are left is not touched. */
function left(work: Work, state: HandOver, code: string, reason: string): StepResult {
  const [first] = state.left;
  const spared = first ? [...state.spared, first.id] : state.spared;
  const result = resultOf(work.operation, state);
  return finishing(work, { ...state, spared }, { outcome: "failed", code, reason, result });
}

function removeUnused(work: Work, things: MadeThings, state: HandOver, made: Made): Promise<StepResult> | StepResult {
  const { call, operation, mint, name } = work;
  const { removed, unusedSince } = state;
  const tries = removed?.id === made.id ? removed.tries : 0;
  if (removed?.id === made.id && call.nowMs - removed.at < shownForMs * 2 ** (tries - 1)) {
    return { kind: "again", status: "removed", pace };
  }
  if (tries >= maxTries) {
    const reason = `${made.id} was removed ${tries} times, each accepted, and still stands: look into it at the provider`;
    return left(work, state, "not-removed", reason);
  }
  // Who has fetched it may just have plugged it in, and a read may lag behind.
  if (made.id === state.made?.id && fetchedOf(operation, state)) {
    const at = unusedSince?.id === made.id ? unusedSince.at : call.nowMs;
    if (call.nowMs - at < mint.settling.lookEveryMs) {
      if (unusedSince?.id === made.id) return { kind: "again", status: "unused", pace };
      const handle = handleOf({ ...state, unusedSince: { id: made.id, at } });
      return { kind: "next", step: name, handle, status: "removing", afterMs: mint.settling.lookEveryMs, pace };
    }
  }
  return removeOne(work, things, state, made, tries + 1);
}

async function removeOne(
  work: Work,
  things: MadeThings,
  state: HandOver,
  made: Made,
  tries: number,
): Promise<StepResult> {
  const { once, mint, call, name } = work;
  const removals = numberFor(work, state, made);
  const { result, recovered } = await once<{ readonly requestId?: string }>(`removal-${removals}`, {
    settling: mint.settling,
    // One too many finds nothing to remove.
    harmless: true,
    // What is made and not used has to go, also when somebody has ended the operation.
    inevitable: true,
    prepare: async () => ({ id: made.id }),
    create: (intent) => removeNow(work, things, made, intent),
    find: async () => {
      const { kind } = await things.read(made, call);
      return kind === "unused" ? { kind: "absent-so-far" } : { kind: "found", result: {} };
    },
  });
  return {
    kind: "next",
    step: name,
    handle: handleOf({ ...state, removals, removed: { id: made.id, at: call.nowMs, tries } }),
    status: "removing",
    recovered,
    ...(result.requestId === undefined ? {} : { requestId: result.requestId }),
    afterMs: pace.firstMs,
    pace,
  };
}

/** Of the removal that is under way for it, or the next one: of a removal whose thing is gone nobody asks any more. */
function numberFor({ operation }: Work, { removals }: HandOver, { id }: Made): number {
  let number = removals + 1;
  for (;;) {
    const prepared = operation.intents[`removal-${number}`]?.prepared;
    if (prepared === undefined || JSON.stringify(prepared) === JSON.stringify({ id })) return number;
    number += 1;
  }
}

/** As late as possible: this process may have stood still since it looked, and somebody may have plugged it in. */
async function removeNow(
  { call }: Work,
  things: MadeThings,
  made: Made,
  intent: Intent,
): Promise<{ requestId?: string }> {
  const { kind } = await things.read(made, call);
  if (kind !== "unused") {
    throw new RetryableError(`Expected ${made.id} to be unused when it is removed, got one that is ${kind}`, {
      code: "changed-meanwhile",
      effect: "none",
    });
  }
  try {
    return await things.remove(made, intent, call);
  } catch (error) {
    // Whatever the provider has against it: what stands there is looked at anew.
    if (!(error instanceof PermanentError)) throw error;
    const { message, code, status, requestId } = error;
    throw new RetryableError(message, {
      code,
      effect: "none",
      ...(status === undefined ? {} : { status }),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }
}

/** Only the deadline leaves alone what somebody uses. */
function stillUsed(work: Work, state: HandOver, status: string): StepResult {
  const { made, afterwards } = state;
  const conclusion = afterwards?.kind === "end" ? afterwards.conclusion : undefined;
  if (conclusion?.outcome !== "timed-out" || conclusion.code !== "deadline") return followOn(work, state);
  const reason = `The deadline passed while ${made?.id} was ${status}: it was left as it is`;
  return finishing(work, state, { ...conclusion, status, reason });
}

function without(state: HandOver, gone: Made, rest: readonly Made[]): HandOver {
  const { made, madeAt: _, ...others } = state;
  const kept =
    made && made.id !== gone.id ? { made, ...(state.madeAt === undefined ? {} : { madeAt: state.madeAt }) } : {};
  return { ...others, ...kept, left: [...rest], spared: [...state.spared, gone.id] };
}

function afterRemoval(
  work: Work,
  { afterwards, offer: _, removed, unusedSince: _since, ...state }: HandOver,
): StepResult {
  // A list may still show what is gone.
  const afterMs = removed === undefined ? 0 : pace.firstMs;
  if (afterwards?.kind === "end") return finishing(work, state, afterwards.conclusion, afterMs);
  if (afterwards?.kind !== "await") return toPhase(work, state, "minting", { afterMs });
  const { code, reason } = afterwards;
  return toAwaiting(work, { ...state, why: { code, reason } });
}

/** Ends when nothing of its own is left that it does not know of. */
export async function finish(work: Work, state: HandOver): Promise<StepResult> {
  await withdraw(work, state);
  const conclusion = state.afterwards?.kind === "end" ? state.afterwards.conclusion : undefined;
  if (!conclusion) throw new Error("Expected a hand-over that finishes to know how, got one that does not");
  const strays = await straysOf(work, state);
  if (strays.length > 0) return startRemoving(work, state, strays, { kind: "end", conclusion });
  const { outcome, ...how } = conclusion;
  return end(outcome, how);
}
