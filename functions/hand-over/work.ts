import { PermanentError } from "../../lib/contracts/errors.ts";
import type { EventData } from "../../lib/contracts/event.ts";
import type { Mint } from "../../lib/contracts/mint.ts";
import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import type { HandoffStore } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { type HandOverRequest, handOverRequestOf } from "../../lib/contracts/requests/handed-over.ts";
import { next, type Progress, type StepContext, type StepResult } from "../../lib/operations/step.ts";
import { isAwaited } from "./ready.ts";
import { type Afterwards, fetchedOf, type HandOver, handleOf, type Offer } from "./state.ts";

/** Taking back what nobody has used is given this long beyond the deadline. */
const removalMs = 30 * 60_000;

/** What every phase works with. */
export interface Work extends Pick<StepContext<DeploymentProvider>, "operation" | "once" | "call" | "provider"> {
  /** Of the step that all this is. */
  readonly name: string;
  readonly mint: Mint;
  readonly handoffs: HandoffStore;
  readonly asked: HandOverRequest;
}

export function workOf(name: string, { operation, once, call, provider }: StepContext<DeploymentProvider>): Work {
  const mint = provider.mintOf?.(operation.request, operation.id);
  const { handoffs } = provider;
  if (!mint || !handoffs) {
    throw new PermanentError(
      `Expected a provider that hands over what ${operation.request.type} asks for, got ${provider.kind}`,
    );
  }
  const asked = handOverRequestOf(operation.request);
  return { name, operation, once, call, provider, mint, handoffs, asked };
}

type At = Pick<Work, "name" | "operation" | "call">;

/** Goes on with a phase by a message of its own. */
export function toPhase(
  { name, operation }: Pick<Work, "name" | "operation">,
  state: HandOver,
  phase: HandOver["phase"],
  progress: Progress & { readonly afterMs?: number } = {},
): StepResult {
  const { returnTo: _, returnsOnCancel: _cancel, polling: _polling, ...kept } = state;
  const handle = handleOf({ ...kept, phase });
  return next(name, { status: phase, standing: standingOf(operation, state), ...progress, handle });
}

/** What is so as long as nothing more happens: said by an end that no step writes. */
export function standingOf(operation: OperationRecord, state: HandOver): NonNullable<Progress["standing"]> {
  const { made } = state;
  const reason =
    made === undefined ? "Nothing stands at the provider" : `${made.id} was made and may still stand there`;
  return { reason, result: resultOf(operation, state) };
}

/** Nothing is minted until somebody says anew to stand ready: others may work meanwhile. */
export function toAwaiting({ name, operation, call }: At, state: HandOver): StepResult {
  // A word that came meanwhile is answered; one that came too long ago is not.
  const used = isAwaited(operation, state, call.nowMs) ? state.used : (operation.pickup?.ready?.count ?? 0);
  const handle = handleOf({ ...state, phase: "awaiting", used });
  return { kind: "wait", step: name, untilMs: call.nowMs, giveUpTurn: true, handle, status: "awaiting" };
}

/** Removes what was made and not used, then goes on. What is concluded stands, whatever can be removed. */
export function startRemoving(work: At, state: HandOver, left: HandOver["left"], afterwards: Afterwards): StepResult {
  return toPhase(
    work,
    { ...state, left, leftAt: work.call.nowMs, afterwards },
    "removing",
    towardsEnd(work, afterwards),
  );
}

/** Ends, once it is known that no attempt has left anything behind. */
export function finishing(work: At, state: HandOver, conclusion: Conclusion, afterMs = 0): StepResult {
  const afterwards = { kind: "end", conclusion } as const;
  const progress = { ...towardsEnd(work, afterwards), afterMs };
  return toPhase(work, { ...state, left: [], afterwards }, "finishing", progress);
}

function towardsEnd({ operation, call }: At, afterwards: Afterwards): Progress {
  // Once: what takes longer than that ends as it was concluded.
  if (afterwards.kind !== "end" || operation.concluded !== undefined) return {};
  return { concluded: afterwards.conclusion, deadline: Math.max(operation.deadline, call.nowMs + removalMs) };
}

/** Whether an attempt to mint is under way, or nobody knows what has become of one. A removal may be repeated. */
export const isMinting = ({ intents }: Pick<OperationRecord, "intents">): boolean =>
  Object.values(intents).some(({ result, harmless }) => result === undefined && harmless !== true);

/** What stands there of this operation that it does not know of, or is done with. */
export async function straysOf({ mint, call }: Work, { made, spared }: HandOver): Promise<HandOver["left"]> {
  const listed = (await mint.things?.list(call)) ?? [];
  return listed.filter(({ id }) => id !== made?.id && !spared.includes(id));
}

/** Whether what is not shown is proven not to be there, when it is known since then. */
export const isSettled = ({ mint, call }: Work, since = 0): boolean => call.nowMs - since >= mint.settling.settlingMs;

const time = (ms: number) => new Date(ms).toISOString();

/** What may be told of a credential: never its content. */
export const offerView = ({ id, fileName, bytes, sha256, expiresAt }: Offer) => ({
  id,
  fileName,
  bytes,
  sha256,
  expiresAt: time(expiresAt),
});

/** What was made, who asked for it, who was given it, and how long it was good for then. */
export function resultOf(operation: OperationRecord, state: HandOver): NonNullable<EventData["result"]> {
  const { ready } = operation.pickup ?? {};
  const fetched = fetchedOf(operation, state);
  return {
    ...state.made?.words,
    ...(state.offer === undefined ? {} : { handoff: offerView(state.offer) }),
    ...(ready === undefined ? {} : { ready: { by: ready.by, at: time(ready.at) } }),
    ...(fetched === undefined
      ? {}
      : { fetched: { by: fetched.by, at: time(fetched.at), secondsLeft: Math.floor(fetched.leftMs / 1000) } }),
  };
}
