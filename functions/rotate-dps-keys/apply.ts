import * as z from "zod/mini";
import { fingerprintOf } from "../../lib/contracts/fingerprint.ts";
import type { Json } from "../../lib/contracts/json.ts";
import type { ChangeBegun, PolicyLook, PolicySeen } from "../../lib/contracts/key-rotation.ts";
import type { Slot } from "../../lib/contracts/publish-target.ts";
import type { Secret } from "../../lib/contracts/secret.ts";
import { Stop } from "../../lib/operations/control-flow.ts";
import { next, type StepResult } from "../../lib/operations/step.ts";
import { waitForClockThere } from "./clocks.ts";
import { readTargets } from "./published.ts";
import { resultOf, whatStands } from "./standing.ts";
import { expectedIn, handleOf, otherSlot, type RotationState, slotsOf } from "./state.ts";
import { toPhase, type Work } from "./work.ts";

type Applied = ChangeBegun & { readonly around: { readonly [area: string]: string } };

/** Puts the new key, or in an emergency both, into the service: one PUT of everything that was just read, with those replaced. */
export async function apply(work: Work, state: RotationState): Promise<StepResult> {
  const { operation, keys, call, once, provider } = work;
  const fresh = await stagedKeys(work, slotsOf(state));
  const isThere = (seen: PolicySeen) => fresh.every(({ slot, fingerprint }) => seen.fingerprints[slot] === fingerprint);
  let seen: PolicySeen | undefined;
  const { result, recovered } = await once<Applied>(state.phase, {
    settling: keys.settling,
    async prepare() {
      if (state.phase === "apply-second") await refuseUnpublished(work, state);
      const look = await keys.look(call);
      if (state.phase === "apply-second") refuseTooEarly(work, state, look);
      seen = look.seen;
      refuseChanged(state, seen, fresh);
      return { around: { ...seen.around } };
    },
    async find({ prepared }) {
      const found = (await keys.look(call)).seen;
      // What stood around the keys before: what differs afterwards was changed by somebody.
      return isThere(found) ? { kind: "found", result: aroundOf(prepared, found) } : { kind: "absent-so-far" };
    },
    async create({ sendBefore }) {
      const { around } = seen ?? state.before;
      // An attempt that was taken for absent has landed after all: the same again would be one write too many.
      if (seen && isThere(seen)) return { around };
      const replaced = Object.fromEntries(fresh.map(({ slot, key }) => [slot, key]));
      return { ...(await keys.replace(replaced, { ...call, sendBefore })), around };
    },
  });
  const applied = { ...state.applied, ...Object.fromEntries(fresh.map((one) => [one.slot, one.fingerprint])) };
  const after: RotationState = {
    ...state,
    phase: state.phase === "apply-first" ? "verify-first" : "verify-second",
    before: { ...state.before, around: { ...result.around } },
    applied,
  };
  const progress = { recovered, ...(result.requestId === undefined ? {} : { requestId: result.requestId }) };
  const { polling } = result;
  if (polling === undefined) return toPhase(work, after, after.phase, progress);
  const { pollPace } = provider;
  const status = `${operation.step}: the change is under way`;
  const standing = { reason: whatStands(after, work.asked), result: resultOf(operation, after) };
  return next("poll-operation", {
    ...progress,
    standing,
    handle: handleOf({ ...after, polling }),
    status,
    afterMs: pollPace.firstMs,
    pace: pollPace,
  });
}

const preparedSchema = z.object({ around: z.record(z.string(), z.string()) });

function aroundOf(prepared: Json, { around }: PolicySeen): { readonly around: { readonly [area: string]: string } } {
  const before = preparedSchema.safeParse(prepared);
  return { around: before.success ? before.data.around : { ...around } };
}

function refuseTooEarly({ operation, asked, rotation }: Work, state: RotationState, { there }: PolicyLook): void {
  const { graceSinceThere, graceUntil = 0 } = state;
  if (graceSinceThere === undefined) return;
  const extraMs = Math.max(0, (operation.extendedUntil ?? 0) - graceUntil);
  waitForClockThere(graceSinceThere + asked.graceMs + extraMs, there, rotation.now());
}

interface Fresh {
  readonly slot: Slot;
  readonly key: Secret;
  readonly fingerprint: string;
}

/** The same keys for every try: made when they are first asked for. */
async function stagedKeys({ rotation, operation }: Work, wanted: readonly Slot[]): Promise<readonly Fresh[]> {
  const fresh: Fresh[] = [];
  for (const slot of wanted) {
    const key = await rotation.staged.take(operation.id, slot);
    fresh.push({ slot, key, fingerprint: fingerprintOf(key) });
  }
  return fresh;
}

/** A key that changed since the plan was changed by somebody else, who may have told others to use it. */
function refuseChanged(state: RotationState, seen: PolicySeen, fresh: readonly Fresh[]): void {
  if (state.emergency) return;
  for (const slot of [state.first, otherSlot(state.first)]) {
    const ours = fresh.find((one) => one.slot === slot)?.fingerprint;
    const found = seen.fingerprints[slot];
    if (found === expectedIn(state, slot) || found === ours) continue;
    throw changedByOthers(`Expected the ${slot} key as it was planned, got another one`);
  }
}

/** The key before goes only while consumers can read the new one everywhere. */
async function refuseUnpublished(work: Work, state: RotationState): Promise<void> {
  const expected = expectedIn(state, state.first);
  for (const { name, key } of await readTargets(work)) {
    if (key?.fingerprint === expected) continue;
    throw changedByOthers(`Expected the new ${state.first} key in ${name}, got ${key ? "another one" : "nothing"}`);
  }
}

export function changedByOthers(what: string): Stop {
  return new Stop(
    "failed",
    "changed-by-others",
    `${what}: somebody else has changed it, and nothing more is done before a person has looked`,
  );
}
