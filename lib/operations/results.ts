import { describeDuration } from "../contracts/duration.ts";
import type { EventData, EventType, Outcome } from "../contracts/event.ts";
import { limits } from "../contracts/limits.ts";
import type { Children, Claim, Conclusion, OperationRecord } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import {
  isCheckpoint,
  lastLookGraceMs,
  nextCheckpointAt,
  outboxSlackMs,
  pollDelayMs,
  retryDelayMs,
  sweepSlackMs,
} from "./backoff.ts";
import { endOfChildren, markOfOutcome, pending } from "./children-marks.ts";
import type { Later, Stop } from "./control-flow.ts";
import type { Change, OwedEvent } from "./record.ts";
import { isInDoubt, openIntents, type Run } from "./run.ts";
import type { Progress, StepResult } from "./step.ts";

/** Polls that may answer with a status nobody knows, before the outcome is `unknown`. */
export const unclearPolls = 6;

/** What a step's result means for the row: a change to write, or a message to send on without one. */
export type Decision =
  | { readonly kind: "write"; readonly change: Change }
  | { readonly kind: "send"; readonly n: number; readonly attempt: number; readonly at: number };

/** A step that runs is neither parked nor waiting for a set time any more. */
const freed = { parked: undefined, resumeAt: undefined } as const;

const cut = (text: string) => (text.length > limits.reasonLength ? `${text.slice(0, limits.reasonLength - 1)}…` : text);

/** Until when an operation whose deadline has passed may still look at the provider; a parent, at children that still do. */
export function graceUntil(record: OperationRecord): number {
  if (record.children) return Math.max(record.deadline + 3 * lastLookGraceMs, record.children.until ?? 0);
  const settledAt = Math.max(0, ...openIntents(record).map((intent) => intent.settledAt));
  return Math.max(record.deadline + lastLookGraceMs, settledAt + lastLookGraceMs / 3);
}

function progressPatch(progress: Progress): Change["patch"] {
  return {
    ...(progress.handle === undefined ? {} : { handle: progress.handle }),
    ...(progress.ids === undefined ? {} : { providerIds: progress.ids }),
    ...(progress.status === undefined ? {} : { providerStatus: progress.status }),
    ...(progress.children === undefined ? {} : { children: progress.children }),
    ...(progress.standing === undefined ? {} : { standing: progress.standing }),
    ...(progress.deadline === undefined ? {} : { deadline: progress.deadline }),
    ...(progress.concluded === undefined ? {} : { concluded: progress.concluded }),
    ...(progress.lastStep === undefined ? {} : { lastStep: progress.lastStep }),
    ...(progress.wordsSince === undefined ? {} : { wordsSince: progress.wordsSince }),
  };
}

function providerOf(record: OperationRecord, progress: Progress): EventData["provider"] {
  const ids = progress.ids ?? record.providerIds;
  const status = progress.status ?? record.providerStatus;
  if (ids === undefined && status === undefined && progress.requestId === undefined) return undefined;
  return {
    ...(ids === undefined ? {} : { ids }),
    ...(status === undefined ? {} : { status }),
    ...(progress.requestId === undefined ? {} : { requestIds: [progress.requestId] }),
  };
}

function withProvider(record: OperationRecord, progress: Progress, type: EventType, data: EventData): OwedEvent {
  const provider = providerOf(record, progress);
  return { type, data: provider === undefined ? data : { ...data, provider } };
}

const givenUp = (claim: Claim): Claim => ({ ...claim, holdsGivenUp: claim.holdsGivenUp + 1 });
const owedBack = ({ resource, holdsGivenUp }: Claim) => ({ resource, k: holdsGivenUp + 1 });

/**
 * The holds that an ending operation owes back; one that was never asked for is none. An `unknown` outcome keeps its turn and its
 * claim from everybody else, and not its place in flight.
 */
export function heldUntil(
  record: OperationRecord,
  outcome: Outcome,
): { readonly patch: Change["patch"]; readonly giveBacks: NonNullable<Change["giveBacks"]> } {
  const [turn, claim] = outcome === "unknown" ? [] : [record.turn, record.claim];
  const { place } = record;
  return {
    patch: {
      ...(turn ? { turn: givenUp(turn) } : {}),
      ...(claim ? { claim: givenUp(claim) } : {}),
      ...(place ? { place: givenUp(place) } : {}),
    },
    giveBacks: [turn, claim, place].flatMap((claim) => (claim ? [owedBack(claim)] : [])),
  };
}

/** What an `unknown` outcome has kept, once a person has resolved it; its place went when it ended. */
export function heldAfterDoubt({ place: _, ...record }: OperationRecord): ReturnType<typeof heldUntil> {
  return heldUntil(record, "failed");
}

/** An ended operation: one terminal event, the turn given back unless the outcome is `unknown`, prepared data dropped. */
export function ending(
  record: OperationRecord,
  now: number,
  result: Omit<Extract<StepResult, { kind: "end" }>, "kind">,
): Change {
  const { outcome, code } = result;
  const late = record.cancelRequested && outcome !== "cancelled" && Object.keys(record.intents).length > 0;
  const lateNote = late ? "The cancel came after the start and could not be undone at the provider" : undefined;
  const reason = [result.reason, lateNote].filter((text) => text !== undefined).join(". ");
  const data: EventData = {
    outcome,
    ...(reason === "" ? {} : { reason: cut(reason) }),
    ...(code === undefined ? {} : { code }),
    ...(outcome === "unknown" ? { next: `A person decides: drover operations resolve ${record.id}` } : {}),
    ...(result.result === undefined ? {} : { result: { ...result.result } as NonNullable<EventData["result"]> }),
  };
  const intents = Object.entries(record.intents).map(
    ([name, intent]) => [name, { ...intent, prepared: null }] as const,
  );
  const held = heldUntil(record, outcome);
  return {
    patch: {
      ...progressPatch(result),
      state: "ended",
      outcome,
      reason: reason === "" ? undefined : cut(reason),
      code,
      result: result.result,
      endedAt: now,
      waitingFor: undefined,
      resumeAt: undefined,
      parked: undefined,
      ...(outcome === "unknown" ? {} : { intents: Object.fromEntries(intents) }),
      ...held.patch,
      concluded: undefined,
      standing: undefined,
    },
    events: [
      ...(result.event ? [withProvider(record, result, result.event.type, result.event.data)] : []),
      withProvider(record, result, `drover.operation.${outcome}`, data),
    ],
    giveBacks: held.giveBacks,
    ...(record.parent === undefined ? {} : { tellParent: record.parent }),
    wakeAt: now + outboxSlackMs,
    history: {
      what: outcome,
      step: record.step,
      ...(reason === "" ? {} : { detail: cut(reason) }),
      ...(result.requestId === undefined ? {} : { requestId: result.requestId }),
    },
  };
}

/** The step that sees to an end is given as long as this. */
const lastStepMs = 30 * 60_000;

/** An end that no step writes. Where something was made that has to be looked after, its step is asked first, once. */
export function endingUnseen(record: OperationRecord, now: number, conclusion: Conclusion): Change {
  const { lastStep } = record;
  if (lastStep === undefined || conclusion.outcome === "unknown") return ending(record, now, conclusion);
  return {
    patch: {
      ...freed,
      step: lastStep,
      stepSince: now,
      n: 0,
      lastStep: undefined,
      concluded: record.concluded ?? conclusion,
      deadline: now + lastStepMs,
      waitingFor: undefined,
    },
    owedStep: { n: 0, attempt: 0, notBefore: now },
    wakeAt: now + sweepSlackMs,
    history: { what: "sees-to-its-end", step: lastStep, detail: cut(conclusion.reason ?? conclusion.outcome) },
  };
}

export const conclusionOf = (stop: Stop): Conclusion => ({
  outcome: stop.outcome,
  code: stop.code,
  reason: stop.message,
});

/** A write that moves on to a step message due at `at`; a delay that no message can carry is left to the sweep. */
function scheduled(
  ports: Ports,
  at: number,
  owed: { readonly n: number; readonly attempt: number },
  healthyUntil = at,
): Pick<Change, "owedStep" | "wakeAt"> {
  const now = ports.clock.now();
  if (at - now > ports.queue.maxDelayMs) return { wakeAt: at };
  return { owedStep: { ...owed, notBefore: at }, wakeAt: Math.max(at, healthyUntil) + sweepSlackMs };
}

/** Polls without a change are not written down, except at checkpoints and when the sweep would come first. */
function polled(run: Run, result: Extract<StepResult, { kind: "again" | "unclear" }>): Decision {
  const { record, ports } = run;
  const now = ports.clock.now();
  const lastLookAt = record.children ? graceUntil(record) : record.deadline;
  if (now >= lastLookAt) return { kind: "write", change: endingUnseen(record, now, timedOut(record, result.status)) };
  const n = run.message.n + 1;
  const unclear = result.kind === "unclear";
  const sinceN = record.waitingFor?.code === "unknown-status" ? (record.waitingFor.sinceN ?? n) : n;
  if (unclear && n - sinceN + 1 >= unclearPolls) {
    const reason = `The provider answered ${result.status}, which nobody knows, ${unclearPolls} times in a row`;
    return {
      kind: "write",
      change: ending(record, now, { outcome: "unknown", code: "unknown-status", reason, status: result.status }),
    };
  }
  const ownMs = pollDelayMs(record.id, run.message.n, now - record.stepSince, result.pace);
  // A provider that asks for none, or for a time that is over by our clock, is not asked at once, and never for what nobody understood.
  const leastMs = unclear ? ownMs : Math.min(ownMs, leastPauseMs);
  const delayMs = Math.max(result.retryAfterMs ?? ownMs, leastMs);
  const at = Math.min(now + delayMs, lastLookAt);
  const children = result.kind === "again" ? result.children : undefined;
  const clearsWait = record.waitingFor !== undefined && !unclear;
  const marksUnclear = unclear && record.waitingFor?.code !== "unknown-status";
  const late = at + outboxSlackMs >= (record.wakeAt ?? 0) || at - now > ports.queue.maxDelayMs;
  if (!isCheckpoint(n) && !clearsWait && !marksUnclear && !late && !run.hasNews && !children) {
    return { kind: "send", n, attempt: 0, at };
  }
  const healthyUntil = Math.min(lastLookAt, nextCheckpointAt(record.id, n, at, record.stepSince, result.pace));
  const waitingFor = marksUnclear
    ? { code: "unknown-status", detail: `The provider answers ${result.status}`, since: now, sinceN: n }
    : unclear
      ? record.waitingFor
      : undefined;
  return {
    kind: "write",
    change: {
      patch: { n, providerStatus: result.status, waitingFor, ...freed, ...(children ? { children } : {}) },
      ...scheduled(ports, at, { n, attempt: 0 }, healthyUntil),
      history: { what: unclear ? "unclear-status" : "poll", step: record.step, detail: `${result.status}, poll ${n}` },
    },
  };
}

/** What was concluded stands; only what should have been removed may be left. Whether a cancel took effect is not concluded. */
export function timedOut(record: OperationRecord, status?: string): Omit<Extract<StepResult, { kind: "end" }>, "kind"> {
  if (record.concluded && record.concluded.outcome !== "cancelled") return withTracesLeft(record.concluded);
  if (record.children) return endOfChildren(record, withRestTimedOut(record.children));
  const last = status ?? record.providerStatus;
  const { standing } = record;
  const end: Conclusion = {
    outcome: "timed-out",
    code: "deadline",
    reason: standing?.reason
      ? `The deadline passed. ${standing.reason}`
      : `The deadline passed; the provider's last word was ${last ?? "none"}`,
    ...(last === undefined ? {} : { status: last }),
    ...(standing?.result === undefined ? {} : { result: standing.result }),
  };
  // What a deployment was to be made from is removed with it; where none came of it, nobody has removed it.
  const left = record.handle === undefined && Object.values(record.intents).some((intent) => intent.harmless);
  return left ? withTracesLeft(end) : end;
}

/** Of children that have not ended when nobody waits any longer. */
const withRestTimedOut = (children: Children): Children => ({
  ...children,
  marks: children.marks.replaceAll(pending, markOfOutcome["timed-out"]),
});

/** The end of an operation whose traces could not all be removed: that changes nothing about its outcome, and is said. */
export function withTracesLeft(conclusion: Conclusion): Conclusion {
  const left = "What was made for it at the provider could not all be removed";
  return { ...conclusion, reason: conclusion.reason === undefined ? left : `${conclusion.reason}. ${left}` };
}

/** What to write for a step's result. */
export function decide(run: Run, result: Exclude<StepResult, { kind: "unchanged" }>): Decision {
  const { record, ports } = run;
  const now = ports.clock.now();
  if (result.kind === "again" || result.kind === "unclear") return polled(run, result);
  if (result.kind === "end") return { kind: "write", change: ending(record, now, result) };
  const requestId = result.requestId === undefined ? {} : { requestId: result.requestId };
  const shared = {
    patch: {
      ...progressPatch(result),
      step: result.step,
      stepSince: now,
      n: 0,
      waitingFor: undefined,
      ...freed,
    },
    events: result.event ? [withProvider(record, result, result.event.type, result.event.data)] : [],
  };
  if (result.kind === "next") {
    const at = Math.min(now + (result.afterMs ?? 0), Math.max(now, record.deadline));
    const healthyUntil = result.pace && Math.min(record.deadline, nextCheckpointAt(record.id, 0, at, now, result.pace));
    return {
      kind: "write",
      change: {
        ...shared,
        ...scheduled(ports, at, { n: 0, attempt: 0 }, healthyUntil),
        history: {
          what: result.recovered ? "effect-adopted" : "step-done",
          step: record.step,
          detail: result.recovered
            ? `found at the provider after a lost answer; next ${result.step}`
            : `next ${result.step === record.step && result.status !== undefined ? result.status : result.step}`,
          ...requestId,
        },
      },
    };
  }
  const givesUp = result.giveUpTurn === true ? record.turn : undefined;
  // Somebody ended it while the step was at work: what it waits for is looked at once more, at once.
  const untilMs = record.cancelRequested && !run.wasCancelled ? now : result.untilMs;
  return {
    kind: "write",
    change: {
      ...shared,
      patch: {
        ...shared.patch,
        resumeAt: Math.min(untilMs, result.deadline ?? record.deadline),
        waitingFor: { code: "waiting", detail: `Waits ${describeDuration(untilMs - now)}`, since: now },
        ...(givesUp ? { turn: givenUp(givesUp) } : {}),
      },
      ...(givesUp ? { giveBacks: [owedBack(givesUp)] } : {}),
      wakeAt: now + outboxSlackMs,
      history: {
        what: "waiting",
        step: record.step,
        detail: [`until ${new Date(untilMs).toISOString()}`, result.event?.data.reason].filter(Boolean).join(": "),
        ...requestId,
      },
    },
  };
}

/** Tries of a step that may fail for want of an answer before a waiting event says so: a blip is no news. */
const quietTries = 2;

/** Between two tries that wait for the same, or two polls, whatever time was asked for. */
const leastPauseMs = 1_000;

const isKnown = ({ waitingFor }: OperationRecord, { code, message, restates }: Later) =>
  waitingFor?.code === code && !(restates && waitingFor.detail !== cut(message));

/** Tries the step again later: by message alone while the row already says what it waits for, else by a write that says it. */
export function postpone(run: Run, later: Later): Decision {
  const { record, ports, message } = run;
  const now = ports.clock.now();
  if (now >= graceUntil(record)) {
    const change = isInDoubt(record)
      ? ending(record, now, {
          outcome: "unknown",
          code: "deadline-open-intent",
          reason: `The deadline passed and nothing shows whether the effect took place: ${later.message}`,
        })
      : endingUnseen(record, now, timedOut(record));
    return { kind: "write", change };
  }
  const slow = later.attention !== undefined || later.code === "paused";
  const wished = later.at ?? now + retryDelayMs(record.id, message.attempt, slow);
  const known = isKnown(record, later);
  // What was waited for before was looked at by now: never again at once.
  const soonest = known ? now + leastPauseMs : now;
  // Nothing waits beyond the bound at which the operation ends whatever happens.
  const at = Math.min(Math.max(wished, soonest), now < record.deadline ? record.deadline : graceUntil(record));
  // Only tries that fail one after another lengthen the back-off; a look at a set time is none of them.
  const attempt = later.at === undefined ? message.attempt + 1 : 0;
  const quiet = !later.attention && later.at === undefined && later.code !== "paused" && message.attempt < quietTries;
  const late = at + outboxSlackMs >= (record.wakeAt ?? 0) || at - now > ports.queue.maxDelayMs;
  if ((known || quiet) && !late && !run.hasNews) return { kind: "send", n: message.n, attempt, at };
  const says = !known && !quiet;
  const type = later.attention ? "drover.operation.attention" : "drover.operation.waiting";
  const data: EventData = {
    code: later.code,
    reason: cut(later.message),
    next: later.attention ?? `Tries again by itself at ${new Date(at).toISOString()}`,
  };
  return {
    kind: "write",
    change: {
      patch: {
        ...freed,
        ...(says ? { waitingFor: { code: later.code, detail: cut(later.message), since: now } } : {}),
      },
      events: says ? [withProvider(record, {}, type, data)] : [],
      ...scheduled(ports, at, { n: message.n, attempt }),
      history: {
        what: later.code,
        step: record.step,
        detail: cut(later.message),
        ...(later.requestId === undefined ? {} : { requestId: later.requestId }),
      },
    },
  };
}
