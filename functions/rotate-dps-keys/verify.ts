import type { PolicyLook } from "../../lib/contracts/key-rotation.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { type Slot, slots } from "../../lib/contracts/slots.ts";
import { Later, Stop } from "../../lib/operations/control-flow.ts";
import type { Progress, StepResult } from "../../lib/operations/step.ts";
import { changedByOthers } from "./apply.ts";
import { concluded, publishedKeyGone } from "./finish.ts";
import { readTargets } from "./published.ts";
import { expectedIn, type RotationState, slotsOf } from "./state.ts";
import { toPhase, type Work } from "./work.ts";

/** How long a service may take to accept a key that its list shows already. */
const acceptedWithinMs = 15 * 60_000;
const tryEveryMs = 15_000;

/** Proves the new key by the service's own list, and by a call that is signed with it. */
export async function verify(work: Work, state: RotationState): Promise<StepResult> {
  const { operation, keys, call } = work;
  const look = await keys.look(call);
  refuseOthers(work, state, look);
  const proof = await proven(work, state, look);
  const changed = Object.keys({ ...state.before.around, ...look.seen.around }).filter(
    (area) => state.before.around[area] !== look.seen.around[area],
  );
  const next: RotationState = {
    ...state,
    verified: [...new Set([...state.verified, ...slotsOf(state)])],
    proof: [...new Set([...state.proof, ...proof.said])],
    changedByOthers: [...new Set([...state.changedByOthers, ...changed])],
  };
  const events = [...proof.events, ...(changed.length > 0 ? [changesByOthers(changed, keys.about)] : [])];
  const [event] = events;
  const progress: Progress = event ? { event } : {};
  if (state.phase === "verify-first") {
    if (!operation.cancelRequested || state.emergency) return toPhase(work, next, "publish", progress);
    return concluded(work, next, { outcome: "cancelled", code: "aborted", reason: endedBy(operation) }, progress);
  }
  for (const { name, key } of await readTargets(work)) {
    if (key?.fingerprint === expectedIn(state, state.first)) continue;
    const found = key ? "another one" : "nothing";
    const stop = changedByOthers(`Expected the new ${state.first} key in ${name} to the end, got ${found}`);
    return concluded(work, next, { outcome: "failed", code: stop.code, reason: stop.message }, progress);
  }
  return concluded(work, next, { outcome: "succeeded" }, progress);
}

export const endedBy = ({ cancelRequested }: OperationRecord): string =>
  cancelRequested ? `Ended by ${[cancelRequested.by, cancelRequested.note].filter(Boolean).join(": ")}` : "Ended";

/** Both slots have to be as they were left: what is published as well as what was just replaced. */
function refuseOthers({ operation, rotation }: Work, state: RotationState, { seen }: PolicyLook): void {
  const wanted = slotsOf(state);
  for (const slot of slots) {
    const found = seen.fingerprints[slot];
    if (found === expectedIn(state, slot)) continue;
    if (!wanted.includes(slot)) throw gone(state, slot);
    const phase = state.phase === "verify-first" ? "apply-first" : "apply-second";
    const settledAt = operation.intents[phase]?.settledAt ?? 0;
    const why = state.polled?.failure ?? state.polled?.status;
    const said = why === undefined ? "" : `; the provider said: ${why}`;
    const instead = found === state.before.fingerprints[slot] ? "the one before" : "one of somebody else";
    const reason = `Expected the new ${slot} key in force, got ${instead}${said}`;
    // What was lost may still land: nobody else may write before that is over.
    if (rotation.now() < settledAt) throw new Later("settling", reason, { at: settledAt });
    throw new Stop("failed", "not-in-force", reason);
  }
}

/** A slot that this phase did not touch. Where it is the published one, consumers are refused already. */
function gone(state: RotationState, slot: Slot): Stop {
  if (Object.keys(state.published).length === 0)
    return changedByOthers(`Expected the ${slot} key untouched, got another one`);
  const reason = `Expected the published ${slot} key in the service, got another one: somebody else has replaced it, and consumers are refused until a new one is published, which an emergency rotation does`;
  return new Stop("failed", publishedKeyGone, reason);
}

type Told = NonNullable<Progress["event"]>;

async function proven(
  { keys, call, operation, rotation }: Work,
  state: RotationState,
  look: PolicyLook,
): Promise<{ readonly said: readonly string[]; readonly events: readonly Told[] }> {
  const said: string[] = [];
  const events: Told[] = [];
  for (const slot of slotsOf(state)) {
    const { kind, detail } = await keys.tryKey(look.keys[slot], call);
    said.push(`${slot}: ${kind}, ${detail}`);
    if (kind !== "refused") continue;
    const reason = `Expected the service to accept the new ${slot} key that its list shows, got a refusal: ${detail}`;
    const now = rotation.now();
    if (now < operation.stepSince + acceptedWithinMs) throw new Later("verifying", reason, { at: now + tryEveryMs });
    if (!state.emergency) throw new Stop("failed", "key-refused", reason);
    // The keys before are gone: what the list shows is the best that consumers can have.
    const data = {
      code: "key-refused",
      reason,
      next: "It is published all the same: look at the service's data plane",
    };
    events.push({ type: "drover.operation.attention", data });
  }
  return { said, events };
}

function changesByOthers(areas: readonly string[], about: string): Told {
  const reason = `Beside the keys of ${about} these have changed since they were read: ${areas.join(", ")}. Somebody else wrote to the service at the same time, and one of the two writes may have undone the other`;
  return {
    type: "drover.operation.attention",
    data: { code: "changed-by-others", reason, next: "Compare it with what you expect: drover dps service" },
  };
}
