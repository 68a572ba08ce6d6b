import type { PolicyLook } from "../../lib/contracts/key-rotation.ts";
import { Later, Stop } from "../../lib/operations/control-flow.ts";
import type { Progress, StepResult } from "../../lib/operations/step.ts";
import { changedByOthers } from "./apply.ts";
import { concluded } from "./finish.ts";
import { readTargets } from "./published.ts";
import { expectedIn, otherSlot, type RotationState, slotsOf } from "./state.ts";
import { toPhase, type Work } from "./work.ts";

/** How long a service may take to accept a key that its list shows already. */
const acceptedWithinMs = 15 * 60_000;
const tryEveryMs = 15_000;

/** Proves the new key by the service's own list, and by a call that is signed with it. */
export async function verify(work: Work, state: RotationState): Promise<StepResult> {
  const { operation, keys, call, asked } = work;
  const look = await keys.look(call);
  refuseOther(work, state, look);
  const proof = await proven(work, state, look);
  const changed = Object.keys({ ...state.before.around, ...look.seen.around }).filter(
    (area) => state.before.around[area] !== look.seen.around[area],
  );
  const next: RotationState = {
    ...state,
    proof: [...new Set([...state.proof, ...proof])],
    changedByOthers: [...new Set([...state.changedByOthers, ...changed])],
  };
  const progress: Progress = changed.length > 0 ? { event: changesByOthers(changed, keys.about) } : {};
  if (state.phase === "verify-first" && !operation.cancelRequested) return toPhase(next, "publish", progress);
  if (state.phase === "verify-first")
    return concluded(operation, next, asked, { outcome: "cancelled", code: "aborted" }, progress);
  for (const { name, key } of await readTargets(work)) {
    if (key?.fingerprint === expectedIn(state, state.first)) continue;
    throw changedByOthers(
      `Expected the new ${state.first} key in ${name} to the end, got ${key ? "another one" : "nothing"}`,
    );
  }
  return concluded(operation, next, asked, { outcome: "succeeded" }, progress);
}

function refuseOther({ operation, rotation }: Work, state: RotationState, { seen }: PolicyLook): void {
  const wanted = slotsOf(state);
  for (const slot of wanted) {
    if (seen.fingerprints[slot] === expectedIn(state, slot)) continue;
    const phase = state.phase === "verify-first" ? "apply-first" : "apply-second";
    const settledAt = operation.intents[phase]?.settledAt ?? 0;
    const why = state.polled?.failure ?? state.polled?.status;
    const reason = `Expected the new ${slot} key in force, got ${seen.fingerprints[slot] === state.before.fingerprints[slot] ? "the one before" : "one of somebody else"}${why === undefined ? "" : `; the provider said: ${why}`}`;
    // What was lost may still land: nobody else may write before that is over.
    if (rotation.now() < settledAt) throw new Later("settling", reason, { at: settledAt });
    throw new Stop("failed", "not-in-force", reason);
  }
  const other = otherSlot(state.first);
  if (wanted.includes(other) || seen.fingerprints[other] === expectedIn(state, other)) return;
  throw changedByOthers(`Expected the ${other} key untouched, got another one`);
}

async function proven(
  { keys, call, operation, rotation }: Work,
  state: RotationState,
  look: PolicyLook,
): Promise<string[]> {
  const proof: string[] = [];
  for (const slot of slotsOf(state)) {
    const { kind, detail } = await keys.tryKey(look.keys[slot], call);
    proof.push(`${slot}: ${kind}, ${detail}`);
    if (kind !== "refused") continue;
    const reason = `Expected the service to accept the new ${slot} key that its list shows, got a refusal: ${detail}`;
    const now = rotation.now();
    if (now < operation.stepSince + acceptedWithinMs) throw new Later("verifying", reason, { at: now + tryEveryMs });
    throw new Stop("failed", "key-refused", reason);
  }
  return proof;
}

function changesByOthers(areas: readonly string[], about: string): NonNullable<Progress["event"]> {
  const reason = `Beside the keys of ${about} these have changed since they were read: ${areas.join(", ")}. Somebody else wrote to the service at the same time, and one of the two writes may have undone the other`;
  return {
    type: "drover.operation.attention",
    data: { code: "changed-by-others", reason, next: "Compare it with what you expect: drover dps service" },
  };
}
