import { describeDuration } from "../../lib/contracts/duration.ts";
import { PermanentError } from "../../lib/contracts/errors.ts";
import type { PolicyLook, Promised } from "../../lib/contracts/key-rotation.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { rotationDeadlineMs, spareMs } from "../../lib/contracts/requests/rotate-policy-key.ts";
import { Later } from "../../lib/operations/control-flow.ts";
import type { StepResult } from "../../lib/operations/step.ts";
import { waitForClockThere } from "./clocks.ts";
import { silentAmong } from "./promise.ts";
import { readTargets } from "./published.ts";
import { nameOf, type RotationRequest } from "./request.ts";
import { emergencyStart, startOf } from "./start.ts";
import type { RotationState } from "./state.ts";
import { name, toPhase, type Work } from "./work.ts";

/** Finds the slot that nobody uses. Changes nothing. */
export async function plan(work: Work): Promise<StepResult> {
  const { asked, rotation, keys, operation } = work;
  const { promised, targets, look } = await whatIsThere(work);
  const { seen } = look;
  const until = Math.max(promised?.until ?? 0, ...targets.map(({ key }) => key?.until ?? 0));
  if (!asked.emergency && until > rotation.now()) return waitFor(until);
  if (!asked.emergency) waitForOthers(operation, promised, look, rotation.now());
  const start = asked.emergency ? emergencyStart(targets, seen) : startOf(work, targets, seen, promised !== undefined);
  const deadline = deadlineOf(work);
  const state: RotationState = {
    returnTo: name,
    number: (promised?.number ?? 0) + 1,
    emergency: asked.emergency,
    before: seen,
    verified: [],
    published: {},
    proof: [],
    changedByOthers: [],
    ...start,
  };
  const breaks = asked.emergency ? { reason: `Both keys of ${keys.about} are replaced at once: ${whatBreaks}` } : {};
  return toPhase(work, state, state.phase, {
    ...(deadline === undefined ? {} : { deadline }),
    ids: { policy: asked.policy },
    event: {
      type: "drover.operation.started",
      data: { ...breaks, result: { ...rotation.resultOf(operation.request), first: state.first } },
    },
  });
}

/** What was promised, what consumers read, what the service has. Refuses what no waiting could mend. */
export async function whatIsThere(work: Work) {
  const { asked, rotation, keys, call, operation } = work;
  const promised = await rotation.promises.read(rotation.claimOf(operation.request));
  refuseLeftOut(promised, asked);
  const targets = await readTargets(work);
  return { promised, targets, look: await keys.look(call) };
}

export const whatBreaks = "every token signed with an old key is refused until its signer has read the new one";

/** Consumers may still use the key that the last rotation is about to take, or was, before somebody ended it. */
function waitFor(untilMs: number): StepResult {
  const reason = `The key published last is new: until ${new Date(untilMs).toISOString()} consumers may still use the one before it`;
  return {
    kind: "wait",
    step: name,
    untilMs,
    giveUpTurn: true,
    event: {
      type: "drover.operation.waiting",
      data: { code: "grace-of-the-last", reason, next: "Goes on by itself after that" },
    },
  };
}

/** Consumers that read where nothing is published any more would be left with a key that is about to go. */
function refuseLeftOut(promised: Promised | undefined, { publish, drop }: RotationRequest): void {
  const known = new Set([...publish.map(nameOf), ...drop]);
  const leftOut = Object.keys(promised?.published ?? {}).filter((name) => !known.has(name));
  if (leftOut.length === 0) return;
  throw new PermanentError(
    `Expected every target that the key was published to last, got ${leftOut.join(", ")} left out: publish there too, or name it in drop where nobody reads any more`,
    { code: "target-left-out" },
  );
}

/** The last rotation was ended before its consumers had said that they use the new key, or by a clock that somebody moved. */
function waitForOthers(
  { id, acknowledgements = {} }: OperationRecord,
  promised: Promised | undefined,
  { there }: PolicyLook,
  now: number,
): void {
  const { untilThere, since = 0, missing = [] } = promised ?? {};
  waitForClockThere(untilThere, there, now);
  const silent = silentAmong(missing, acknowledgements, since);
  if (silent.length === 0) return;
  const detail = `These have not said yet that they use the key published last: ${silent.join(", ")}`;
  throw new Later("acknowledgement", detail, {
    attention: `drover operations acknowledge ${id} --as ${silent[0]}`,
    restates: true,
  });
}

/** An emergency has no way back: what was waited for it does not end it. */
const emergencyMs = 7 * 24 * 3_600_000;

/**
 * What was waited for others is no fault of whoever asked without a deadline of his own.
 * @throws PermanentError when the first key could be replaced and the second could not
 */
function deadlineOf({ operation: { request, deadline }, asked, rotation }: Work): number | undefined {
  const { graceMs, emergency } = asked;
  const now = rotation.now();
  if (emergency) return Math.max(deadline, now + emergencyMs);
  // The request left all of it; some has passed until here.
  const needed = graceMs + spareMs(graceMs) / 2;
  if (deadline >= now + needed) return undefined;
  if (request.deadlineMs === rotationDeadlineMs({ grace: `PT${graceMs / 1000}S` })) return now + request.deadlineMs;
  throw new PermanentError(
    `Expected at least ${describeDuration(needed)} until the deadline, got less after what had to be waited for: ask again, with a later one or none`,
    { code: "deadline-too-near" },
  );
}
