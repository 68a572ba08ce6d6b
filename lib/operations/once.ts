import { describeDuration } from "../contracts/duration.ts";
import { DroverError, LeaseHeldError, messageOf, RetryableError } from "../contracts/errors.ts";
import type { Json } from "../contracts/json.ts";
import { connectionKey, type Intent, operationKey } from "../contracts/operation.ts";
import { outboxSlackMs } from "./backoff.ts";
import { Later, Overtaken, Stop } from "./control-flow.ts";
import { put } from "./ledger-write.ts";
import { grantChange, whenChangeable } from "./rate.ts";
import { amend } from "./record.ts";
import type { Run } from "./run.ts";
import type { Done, Effect } from "./step.ts";

/** Time between writing an intent and sending the request: a process that was frozen for longer must not send. */
export const sendWithinMs = 10_000;
/** Time that a function needs after the request to write the result. */
const writeMarginMs = 5_000;
/** Attempts whose absence was proven, one after another, before an operation gives up. */
const maxAttempts = 12;

/**
 * Brings an effect about once, whatever crashes in between (docs/protocol.md, "Effects").
 * No intent: prepare, write the intent, send one request. An intent without a result: ask the provider; adopt what is found,
 * repeat only what is proven absent. Nothing in a step calls a creating API outside it.
 */
export async function once<Result extends Json>(run: Run, name: string, effect: Effect<Result>): Promise<Done<Result>> {
  const intent = run.record.intents[name];
  if (!intent) return attempt(run, name, 1 + (run.record.startedOver ?? 0), effect);
  if (intent.result !== undefined) return { result: intent.result as Result, recovered: intent.recovered === true };
  return reconcile(run, name, intent, effect);
}

async function attempt<Result extends Json>(
  run: Run,
  name: string,
  number: number,
  effect: Effect<Result>,
): Promise<Done<Result>> {
  await mayStart(run, number, effect);
  const prepared = await effect.prepare();
  // After what can take long: the request follows within the time that a grant is good for.
  await takeChange(run);
  const { clock, randomness, ledger } = run.ports;
  const now = clock.now();
  const sendBeforeMonotonicMs = clock.monotonicMs() + sendWithinMs;
  const liveUntil = now + sendWithinMs + effect.settling.requestTimeoutMs;
  const intent: Intent = {
    nonce: randomness.id(),
    attempt: number,
    prepared,
    writtenAt: now,
    sendBefore: now + sendWithinMs,
    liveUntil,
    settledAt: liveUntil + effect.settling.settlingMs,
    ...(effect.harmless ? { harmless: true } : {}),
  };
  const noted = amend(
    run.record,
    { intents: { ...run.record.intents, [name]: intent }, wakeAt: liveUntil + outboxSlackMs },
    { now, nonce: randomness.id() },
    { what: "intent-written", step: run.record.step, detail: number === 1 ? name : `${name}, attempt ${number}` },
  );
  const version = await put(ledger, operationKey(run.record.id), noted, run.version);
  if (version === undefined) throw new Overtaken();
  run.adopt(noted, version);
  run.rememberIntent(intent.nonce, sendBeforeMonotonicMs);
  await ledger.durable();

  // As late as possible: between this look at the clock and the socket nothing waits.
  if (clock.monotonicMs() >= sendBeforeMonotonicMs || run.signal.aborted) {
    run.close(name, intent);
    throw new RetryableError(
      `Expected to send the request of ${name} within ${describeDuration(sendWithinMs)} of its intent, got held up longer`,
      { code: "held-up", effect: "none" },
    );
  }
  return send(run, name, intent, effect);
}

async function send<Result extends Json>(
  run: Run,
  name: string,
  intent: Intent,
  effect: Effect<Result>,
): Promise<Done<Result>> {
  try {
    const result = await effect.create(intent);
    run.finish(name, intent, result, false);
    return { result, recovered: false };
  } catch (error) {
    if (error instanceof DroverError && error.effect === "none") {
      run.close(name, intent);
      throw error;
    }
    // No answer, or none that can be believed: the provider is asked when nothing of ours can be under way any more.
    throw new Later(
      "settling",
      `The answer to ${name} was lost (${messageOf(error)}), so the provider is asked before trying again`,
      {
        at: intent.liveUntil,
        requestId: error instanceof DroverError ? error.requestId : undefined,
      },
    );
  }
}

/** An effect begins only when nothing stands against it: no cancel, no passed deadline, no pause, time enough in this function. */
async function mayStart<Result extends Json>(run: Run, number: number, effect: Effect<Result>): Promise<void> {
  const { record, ports } = run;
  const mayBeLeft = effect.inevitable !== true;
  if (mayBeLeft && record.cancelRequested)
    throw new Stop("cancelled", "cancelled-before-start", "Cancelled before anything was started");
  if (mayBeLeft && ports.clock.now() >= record.deadline) {
    throw new Stop("timed-out", "deadline-before-start", "The deadline passed before anything was started");
  }
  if (number > maxAttempts) {
    throw new Stop("failed", "no-effect", `${maxAttempts} attempts had no effect at the provider, each proven absent`);
  }
  const unsettled = await run.unsettledFirst();
  if (unsettled !== undefined) throw restoring(unsettled);
  const connection = await ports.ledger.read(connectionKey(record.request.connection));
  if (connection?.record.kind === "connection" && connection.record.paused) {
    throw new Later("paused", `Connection ${record.request.connection} is paused by ${connection.record.paused.by}`);
  }
  await refuseWithoutParent(run);
  if (run.remainingMs() < sendWithinMs + effect.settling.requestTimeoutMs + writeMarginMs) {
    throw new Later(
      "function-time",
      "Too little time is left in this function for the request and its result: if this goes on, raise its time limit",
    );
  }
  const at = await asked(run, whenChangeable);
  if (at !== undefined) throw rateLimited(run, at);
}

/** A child may have been made by a function that was frozen while its parent was cancelled, or ended. */
async function refuseWithoutParent({ record, ports }: Run): Promise<void> {
  if (record.parent === undefined) return;
  const stored = await ports.ledger.read(operationKey(record.parent));
  const parent = stored?.record.kind === "operation" ? stored.record : undefined;
  if (parent && parent.state === "active" && !parent.cancelRequested) return;
  throw new Stop("cancelled", "parent-over", "The request that this is a part of was cancelled or has ended");
}

/** Takes the right to one change, right before it. @throws Later when the connection was changed as often as its limit allows */
export async function takeChange(run: Run): Promise<void> {
  const at = await asked(run, grantChange);
  if (at !== undefined) throw rateLimited(run, at);
}

async function asked({ record, ports, limits }: Run, ask: typeof grantChange): Promise<number | undefined> {
  const { changesPerMinute: perMinute } = limits;
  if (perMinute === undefined) return undefined;
  const { connection } = record.request;
  return ask(ports, { connection, perMinute, operation: record.id, booked: record.waitingFor?.code === "rate" });
}

function rateLimited({ record, limits }: Run, at: number): Later {
  const { connection } = record.request;
  return new Later("rate", `Connection ${connection} may be changed ${limits.changesPerMinute} times a minute`, { at });
}

async function reconcile<Result extends Json>(
  run: Run,
  name: string,
  intent: Intent,
  effect: Effect<Result>,
): Promise<Done<Result>> {
  const startedAt = run.ports.clock.now();
  if (startedAt < intent.liveUntil || run.isLive(intent.nonce, effect.settling.requestTimeoutMs)) {
    throw new LeaseHeldError(`Another delivery is at work on ${name} of this operation`);
  }
  // Judged before the look: an effect that lands while we look must not count as absent because the look took long.
  const settled = startedAt >= intent.settledAt && run.isSettled(intent.nonce, effect.settling);
  const found = await effect.find(intent);
  if (found.kind === "found") {
    run.finish(name, intent, found.result, true);
    return { result: found.result, recovered: true };
  }
  if (found.kind === "ambiguous") throw new Stop("unknown", "ambiguous", found.evidence);
  if (found.kind === "fenced") return startOver(run, name, intent, effect, found.evidence);
  if (!settled) {
    throw new Later(
      "settling",
      `${name} is not visible at the provider yet, which proves nothing before its settling time`,
      {
        at: Math.min(startedAt + effect.settling.lookEveryMs, Math.max(intent.settledAt, startedAt + 1_000)),
      },
    );
  }
  if (effect.inevitable !== true) stopIfOver(run, startedAt);
  const unsettled = await run.unsettledFirst();
  if (unsettled !== undefined) {
    // Proven absent, which is what the others wait for; the new attempt waits with them.
    run.close(name, intent);
    throw restoring(unsettled);
  }
  return attempt(run, name, intent.attempt + 1, effect);
}

/** After an attempt whose absence is proven: whether there may be another. */
function stopIfOver({ record }: Run, now: number): void {
  const shows = "the provider shows that nothing was started";
  if (record.cancelRequested) throw new Stop("cancelled", "cancelled-before-start", `Cancelled; ${shows}`);
  if (now < record.deadline) return;
  throw new Stop("timed-out", "deadline-before-start", `The deadline passed; ${shows}`);
}

/** The attempt can never land any more, and with it goes what it was made from. */
function startOver<Result extends Json>(
  run: Run,
  name: string,
  intent: Intent,
  { basis }: Effect<Result>,
  evidence: string,
): never {
  run.close(name, intent, true);
  const under = basis === undefined ? undefined : run.record.intents[basis];
  if (basis !== undefined && under) run.close(basis, under);
  const now = run.ports.clock.now();
  stopIfOver(run, now);
  throw new Later("fenced", evidence, { at: now });
}

const restoring = (unsettled: string) =>
  new Later(
    "restoring",
    `A backup was restored, and operation ${unsettled} has to be reconciled before anything new begins: drover explain ${unsettled}`,
  );
