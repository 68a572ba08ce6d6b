import type { Conclusion } from "../../lib/contracts/operation.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { defineStep, end, type ProviderStep, type StepResult } from "../../lib/operations/step.ts";
import { follow } from "./following.ts";
import { awaitReady, mintOne } from "./minting.ts";
import { offered } from "./offered.ts";
import { overOf } from "./over.ts";
import { isAwaited } from "./ready.ts";
import { finish, remove } from "./removing.ts";
import { fetchedOf, type HandOver, handOverOf } from "./state.ts";
import { finishing, isMinting, startRemoving, toPhase, type Work, workOf } from "./work.ts";

const phaseOf: Readonly<Record<HandOver["phase"], (work: Work, state: HandOver) => Promise<StepResult> | StepResult>> =
  {
    awaiting: awaitReady,
    minting: mintOne,
    offered: (work, state) => (state.offer ? offered(work, { ...state, offer: state.offer }) : mintOne(work, state)),
    following: follow,
    removing: remove,
    finishing: finish,
  };

/** Mints a credential when somebody stands ready, hands it over once, and takes back what nobody has used (docs/hand-over.md). */
export function handOverStep(name: string): ProviderStep<DeploymentProvider> {
  return defineStep<DeploymentProvider>({
    name,

    /** Two of one name are not made at the same time. Nobody is kept waiting by somebody who is not there yet. */
    turnOf(operation, provider) {
      const state = handOverOf(operation);
      if (!state) return undefined;
      if (isMinting(operation)) return provider.turnOf(operation.request);
      // It only looks.
      if (state.phase === "finishing") return undefined;
      const waits = state.phase === "awaiting";
      // Nothing was made, and nothing will be: nobody needs to be waited for.
      const isOver = operation.cancelRequested !== undefined || operation.concluded !== undefined;
      if (isOver && (waits || state.phase === "minting") && !state.made) return undefined;
      return waits && !isAwaited(operation, state, Number.NEGATIVE_INFINITY)
        ? undefined
        : provider.turnOf(operation.request);
    },

    async run(context) {
      const work = workOf(name, context);
      const state = handOverOf(work.operation);
      return state ? goOn(work, state) : begin(work);
    },

    insteadOfEnd(operation, conclusion) {
      const state = handOverOf(operation);
      if (!state) return undefined;
      if (state.phase === "removing" || state.phase === "finishing") return notRemoved(state, conclusion);
      const work = { name, operation, call: { nowMs: operation.updatedAt, signal: new AbortController().signal } };
      return withLeft(work, state, conclusion);
    },
  });
}

/** Refuses at once what could not be minted later. */
async function begin(work: Work): Promise<StepResult> {
  await work.mint.prepare(work.call);
  const phase = work.asked.mint === "on-pickup" ? "awaiting" : "minting";
  return toPhase(work, { phase, mint: 0, removals: 0, used: 0, lost: 0, left: [], spared: [] }, phase, {
    lastStep: work.name,
  });
}

function goOn(work: Work, state: HandOver): Promise<StepResult> | StepResult {
  const isUnderWay = isMinting(work.operation);
  const over = isUnderWay || !mayEnd(work, state) ? undefined : overOf(work, state);
  return over ? withLeft(work, state, over) : phaseOf[state.phase](work, state);
}

/** What somebody has, or what is being removed, is looked at first. */
function mayEnd({ operation }: Work, state: HandOver): boolean {
  if (state.phase === "offered") return operation.concluded !== undefined || fetchedOf(operation, state) === undefined;
  if (state.phase === "following") return operation.concluded !== undefined;
  return state.phase === "awaiting" || state.phase === "minting";
}

/** What it was going to end as stands; what could not be removed is said. */
function notRemoved({ afterwards, left }: HandOver, { reason }: Conclusion): StepResult {
  const ids = left.map(({ id }) => id).join(", ");
  const standing = `${ids || "What was made for it"} may be left at the provider, unused: ${reason ?? "it could not be removed"}`;
  if (afterwards?.kind !== "end") return end("failed", { code: "not-removed", reason: standing });
  const { outcome, ...how } = afterwards.conclusion;
  return end(outcome, { ...how, reason: [how.reason, standing].filter(Boolean).join(". ") });
}

/** Ends after what was made last, if anything, is removed. */
function withLeft(
  work: Pick<Work, "name" | "operation" | "call">,
  state: HandOver,
  conclusion: Conclusion,
): StepResult {
  if (state.made) return startRemoving(work, state, [state.made], { kind: "end", conclusion });
  return finishing(work, state, conclusion);
}
