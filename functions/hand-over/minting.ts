import { describeDuration } from "../../lib/contracts/duration.ts";
import { messageOf } from "../../lib/contracts/errors.ts";
import type { Made, Minted } from "../../lib/contracts/mint.ts";
import type { Intent } from "../../lib/contracts/operation.ts";
import type { Found } from "../../lib/contracts/provider.ts";
import { Later } from "../../lib/operations/control-flow.ts";
import type { StepResult } from "../../lib/operations/step.ts";
import { isAwaited, isReady } from "./ready.ts";
import { type HandOver, handleOf, type Offer } from "./state.ts";
import { finishing, isMinting, resultOf, standingOf, startRemoving, straysOf, toAwaiting, type Work } from "./work.ts";

/** Of a credential that a crash has left in the store: with less it is taken for lost, and another one is minted. */
const leastLeftMs = 240_000;
/** Credentials lost one after another, before it is no accident any more. */
const maxLost = 3;
/** Of one operation, whatever happens in between: each leaves something in its row. */
const maxMints = 20;

/** The result of the effect, as the row has it. */
type Kept = {
  readonly made: { readonly id: string; readonly words: Readonly<Record<string, string>> };
  /** Absent when its credential is gone for good. */
  readonly offer?: Offer;
  readonly notKept?: string;
  readonly requestId?: string;
};

/** Waits until somebody stands ready: the provider is asked to make nothing before. */
export async function awaitReady(work: Work, state: HandOver): Promise<StepResult> {
  const { operation, call, mint } = work;
  if (isMinting(operation) || isAwaited(operation, state, call.nowMs)) return mintOne(work, state);
  // Said too long ago: no reason to keep the turn.
  if ((operation.pickup?.ready?.count ?? 0) > state.used) return toAwaiting(work, state);
  const { code, reason } = state.why ?? { code: "ready-to-mint", reason: `Everything is ready to mint ${mint.what}` };
  throw new Later(code, `${reason}. It lives for minutes only, so somebody has to stand ready to take it`, {
    at: operation.deadline,
    attention: `Whoever stands at the device: drover handoff ready ${operation.id}`,
  });
}

/** Mints one credential more and puts it where it can be fetched, once. */
export async function mintOne(work: Work, before: HandOver): Promise<StepResult> {
  const { operation, once, mint, call, asked } = work;
  const state = { ...before, mint: before.mint + 1, used: operation.pickup?.ready?.count ?? 0 };
  const effect = `mint-${state.mint}`;
  if (operation.intents[effect] === undefined) {
    if (state.mint > maxMints) {
      const reason = `${maxMints} were minted, and none was used in time`;
      return finishing(work, before, { outcome: "failed", code: "too-many-mintings", reason });
    }
    // Whoever stood ready when the one before was lost may have gone meanwhile.
    if (asked.mint === "on-pickup" && !isReady(operation, call.nowMs)) return toAwaiting(work, before);
    // What landed late stands in its way, and would be found by nobody else for long.
    const strays = before.mint > 0 ? await straysOf(work, before) : [];
    if (strays.length > 0) return startRemoving(work, before, strays, { kind: "mint" });
    // What is made and finds no room is lost: rather waited for than made again and again.
    await work.handoffs.checkRoom?.();
  }
  const { result, recovered } = await once<Kept>(effect, {
    settling: mint.settling,
    prepare: () => mint.prepare(call),
    create: async (intent) => kept(work, intent, await mint.create(intent, call)),
    find: (intent) => findKept(work, intent),
  });
  const { made, offer, requestId } = result;
  const { Status: status = "minted", ...ids } = made.words;
  if (offer === undefined) return lost(work, { ...state, made, madeAt: call.nowMs }, result.notKept);
  const offered: HandOver = { ...state, phase: "offered", made, madeAt: call.nowMs, offer, lost: 0 };
  const left = describeDuration(Math.max(0, offer.expiresAt - call.nowMs));
  return {
    kind: "wait",
    step: work.name,
    untilMs: offer.expiresAt,
    handle: handleOf(offered),
    standing: standingOf(operation, offered),
    status,
    ids,
    recovered,
    ...(requestId === undefined ? {} : { requestId }),
    event: {
      type: "drover.operation.attention",
      data: {
        code: "ready-to-fetch",
        reason: `${offer.fileName} waits to be fetched, once, within ${left}`,
        next: `drover handoff fetch ${operation.id} --out ${offer.fileName}`,
        result: resultOf(operation, offered),
      },
    },
  };
}

const handoffIdOf = ({ id }: Work["operation"], { nonce }: Intent) => `${id}.${nonce}`;

/** The credential goes to the store before anything else is written: this answer is the only one that will ever hold it. */
async function kept(work: Work, intent: Intent, { made, credential, requestId }: Minted): Promise<Kept> {
  const about: Kept = { made, ...(requestId === undefined ? {} : { requestId }) };
  if (!credential) return { ...about, notKept: "the answer held none" };
  const { handoffs, mint } = work;
  const content = Buffer.from(credential.content.reveal(), "base64");
  const { expiresAt } = credential;
  try {
    const entry = await handoffs.put(handoffIdOf(work.operation, intent), content, {
      fileName: mint.fileName,
      expiresAt,
    });
    return { ...about, offer: offerOf(entry) };
  } catch (error) {
    // It was made all the same: written down as lost, and removed by what follows.
    await handoffs.remove(handoffIdOf(work.operation, intent)).catch(() => false);
    return { ...about, notKept: messageOf(error).slice(0, 300) };
  } finally {
    content.fill(0);
  }
}

const offerOf = ({ id, fileName, bytes, sha256, expiresAt }: Offer): Offer => ({
  id,
  fileName,
  bytes,
  sha256,
  expiresAt,
});

/** An attempt whose answer was lost: what it made is found at the provider, its credential only where it was stored in time. */
async function findKept(work: Work, intent: Intent): Promise<Found<Kept>> {
  const { mint } = work;
  const found = await mint.find(intent, work.call);
  const offer = await storedFor(work, intent);
  if (found.kind === "found") return { ...found, result: { made: found.result, ...offer } };
  // Where the provider keeps nothing that could be found, what is in the store was made.
  if (found.kind !== "fenced" || offer === undefined) return found;
  const made: Made = { id: intent.nonce, words: {} };
  return { kind: "found", result: { made, ...offer } };
}

/** What an attempt has stored, as long as there is enough time left for whoever comes for it. */
async function storedFor({ handoffs, operation, call }: Work, intent: Intent): Promise<{ offer: Offer } | undefined> {
  const id = handoffIdOf(operation, intent);
  const entry = await handoffs.describe(id);
  if (!entry) return undefined;
  if (entry.expiresAt - call.nowMs >= leastLeftMs) return { offer: offerOf(entry) };
  await handoffs.remove(id);
  return undefined;
}

/** Made, and its credential is gone for good: it is removed, and another one is minted. */
function lost(work: Work, state: HandOver, cause = "the answer was lost"): StepResult {
  const { mint } = work;
  const worse: HandOver = { ...state, lost: state.lost + 1 };
  const left = mint.things && state.made ? [state.made] : [];
  if (worse.lost < maxLost) return startRemoving(work, worse, left, { kind: "mint" });
  const reason = `${mint.what} was minted ${worse.lost} times and lost each time before anybody could fetch it, last because ${cause}`;
  return startRemoving(work, worse, left, {
    kind: "end",
    conclusion: { outcome: "failed", code: "not-kept", reason },
  });
}
