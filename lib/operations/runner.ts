import type { ConnectionLimits } from "../contracts/configuration.ts";
import {
  ConfigurationError,
  DroverError,
  InvalidInputError,
  LeaseHeldError,
  messageOf,
  PermanentError,
  RetryableError,
  UnauthorizedError,
  UnsupportedVersionError,
} from "../contracts/errors.ts";
import { isQuarantined, type OperationRecord, operationKey, recordVersion } from "../contracts/operation.ts";
import type { Delivery, HandlerContext, MessageHandler, Ports, Settlement, Stored } from "../contracts/ports.ts";
import { decodeStepMessage, type StepMessage } from "../contracts/step-message.ts";
import { noSpan, traceIdOf } from "../contracts/telemetry.ts";
import { retryDelayMs } from "./backoff.ts";
import { overBeforeStart, refuseUnapproved } from "./before-start.ts";
import { childrenOf, type Split } from "./children.ts";
import { Later, Overtaken, Stop, Unsent } from "./control-flow.ts";
import { put } from "./ledger-write.ts";
import { stepMessageOf } from "./messages.ts";
import { countEnd, StepWatch } from "./observe.ts";
import { watched } from "./observe-effect.ts";
import { once, takeChange } from "./once.ts";
import { clearOutbox, mustClear, sendOutbox } from "./outbox.ts";
import { advance, amend, type Change } from "./record.ts";
import type { EffectGate } from "./restore.ts";
import { conclusionOf, type Decision, decide, endingUnseen, postpone } from "./results.ts";
import { hasForeignIntent, IntentClock, openIntents, Run } from "./run.ts";
import type { LocalContext, Step, StepContext, StepResult } from "./step.ts";
import { ensureClaim, ensurePlace, ensureTurn } from "./turn-wait.ts";
import { giveBack, holdOf } from "./turns.ts";

export interface RunnerOptions<Provider> {
  readonly ports: Ports;
  readonly steps: Readonly<Record<string, Step<Provider>>>;
  /** @throws ConfigurationError when the operation's connection is not configured (any more) */
  readonly providerOf: (operation: OperationRecord) => Promise<Provider>;
  /** How long a finished operation is kept whole. */
  readonly retainMs: number;
  /** Limits of an operation's connection; default: none. */
  readonly limitsOf?: (operation: OperationRecord) => ConnectionLimits | undefined;
  /** How requests for many targets become children; default: none do. */
  readonly splitOf?: (operation: OperationRecord) => Split | undefined;
  /** Holds back new effects while it names an operation; default: they may always begin. */
  readonly unsettledFirst?: EffectGate;
}

const acknowledge: Settlement = { kind: "acknowledge" };
/** Conflicts in a row on one row before the message is put back: each means that somebody else got on. */
const maxTries = 8;
const newerVersionDelayMs = 300_000;

/** The function behind every step queue: carries out one step message by docs/protocol.md, "One step". */
export function createRunner<Provider>(options: RunnerOptions<Provider>): MessageHandler {
  const runner = new Runner(options);
  return (delivery, context) => runner.handle(delivery, context);
}

class Runner<Provider> {
  readonly #ports: Ports;
  readonly #options: RunnerOptions<Provider>;
  readonly #intentClock = new IntentClock();

  constructor(options: RunnerOptions<Provider>) {
    this.#options = options;
    this.#ports = options.ports;
  }

  async handle(delivery: Delivery, context: HandlerContext): Promise<Settlement> {
    let message: StepMessage;
    try {
      message = decodeStepMessage(delivery.body);
    } catch (error) {
      if (error instanceof UnsupportedVersionError) return release(newerVersionDelayMs, error);
      if (error instanceof InvalidInputError) return { kind: "dead-letter", cause: error.message };
      throw error;
    }
    const watch = StepWatch.of(this.#ports, message, delivery);
    if (!watch) return this.#handle(message, delivery, context, undefined);
    let settlement: Settlement | undefined;
    try {
      settlement =
        watch.span === noSpan
          ? await this.#handle(message, delivery, context, watch)
          : await watch.span.within(() => this.#handle(message, delivery, context, watch));
      return settlement;
    } catch (error) {
      watch.threw(error);
      throw error;
    } finally {
      watch.settled(settlement);
    }
  }

  async #handle(
    message: StepMessage,
    delivery: Delivery,
    context: HandlerContext,
    watch: StepWatch | undefined,
  ): Promise<Settlement> {
    let run: Run | undefined;
    for (let tries = 0; tries < maxTries; tries += 1) {
      const stored = await this.#ports.ledger.read(operationKey(message.operation));
      const row = stored && operationRow(stored);
      if (!row) return acknowledge;
      if (row.record.v > recordVersion) {
        return release(
          newerVersionDelayMs,
          new Error(`The row is of version ${row.record.v}, this release reads ${recordVersion}`),
        );
      }
      if (run && row.record.state === "ended") await returnLateTurn(this.#ports, run.record, row.record);
      if (row.record.state === "ended" || message.seq !== row.record.seq || message.step !== row.record.step) {
        return this.#settleStale(row, delivery, watch);
      }
      watch?.began(row.record);
      try {
        run = new Run(this.#ports, this.#intentClock, message, delivery.id, context, row, {
          unsettledFirst: this.#options.unsettledFirst,
          limits: this.#options.limitsOf?.(row.record),
          watch,
        });
        return await this.#carryOut(run);
      } catch (error) {
        if (!(error instanceof Overtaken)) return this.#putBack(message, delivery, watch, error);
      }
    }
    return release(
      1_000,
      new Error(`Expected to write the operation within ${maxTries} tries, got a conflict each time`),
    );
  }

  /** A message that the row has moved past. Only when it wrote this very state did we crash before sending. */
  async #settleStale(row: Row, delivery: Delivery, watch: StepWatch | undefined): Promise<Settlement> {
    if (row.record.writer === delivery.id) await this.#sendAndClear(row.record, row.version, watch);
    return acknowledge;
  }

  async #carryOut(run: Run): Promise<Settlement> {
    let outcome: () => Decision | undefined;
    try {
      const result = await this.#runStep(run);
      if (result === "waits-in-line") return acknowledge;
      run.watch?.gave(result.kind);
      if (result.kind === "unchanged") return acknowledge;
      outcome = () => decide(run, result);
    } catch (error) {
      if (error instanceof Overtaken) {
        // What the provider did is written before anything is decided anew: nobody else knows it.
        if (run.hasNews) await this.#commit(run, () => undefined);
        throw error;
      }
      if (error instanceof Unsent) throw error.cause;
      if (!(error instanceof Later || error instanceof Stop)) run.watch?.threw(error);
      if (error instanceof LeaseHeldError) return this.#lookAfterLease(run);
      if (!this.#decisionOn(run, error)) {
        // A defect of ours. What the provider did is written before the message goes back, so that the next try knows it.
        if (run.hasNews) await this.#commit(run, () => undefined);
        throw error;
      }
      outcome = () => this.#decisionOn(run, error);
    }
    return this.#commit(run, outcome);
  }

  async #runStep(run: Run): Promise<StepResult | "waits-in-line"> {
    const step = this.#options.steps[run.record.step];
    if (!step) throw new ConfigurationError(`Expected a known step, got ${JSON.stringify(run.record.step)}`);
    const now = this.#ports.clock.now();
    const over = overBeforeStart(run.record, now);
    if ("runLocal" in step) {
      if (over) throw over;
      refuseUnapproved(run.record);
      return step.runLocal(this.#contextOf(run, now));
    }
    const provider = await this.#options.providerOf(run.record).catch((error: unknown) => {
      throw over ?? error;
    });
    const claim = step.claimOf?.(run.record, provider);
    if (claim !== undefined) run.asksForClaim(claim);
    const resource = step.turnOf?.(run.record, provider);
    if (resource !== undefined) run.asksForTurn(resource);
    const place = step.takesPlace === true && run.limits.inFlight !== undefined ? placeOn(run.record) : undefined;
    if (place !== undefined) run.asksForPlace(place);
    if (over) throw over;
    refuseUnapproved(run.record);
    const context = (): StepContext<Provider> => ({
      ...this.#contextOf(run, now),
      provider,
      once: (name, effect) => once(run, name, run.watch ? watched(run.watch, name, effect) : effect),
    });
    const urgent = step.urgent?.(run.record);
    const endHolder = urgent && (() => urgent(context()));
    if (claim !== undefined && !(await ensureClaim(run, claim, endHolder))) return inLine(run, "claim");
    if (resource !== undefined && !(await ensureTurn(run, resource))) return inLine(run, "turn");
    if (place !== undefined && !(await ensurePlace(run, place, run.limits.inFlight ?? 1)))
      return inLine(run, "in-flight");
    // What is removed cannot be asked any more: how it ended has to be on disk first.
    if (step.changes) await this.#ports.ledger.durable();
    return step.run(context());
  }

  /** Where the connection has a limit, each change outside an effect is counted, and the count is on disk before it. */
  #gateOf(run: Run): { readonly beforeChange?: () => Promise<void> } {
    if (run.limits.changesPerMinute === undefined) return {};
    const beforeChange = async () => {
      await takeChange(run);
      await this.#ports.ledger.durable();
    };
    return { beforeChange };
  }

  #contextOf(run: Run, nowMs: number): LocalContext {
    return {
      operation: run.record,
      n: run.message.n,
      attempt: run.message.attempt,
      woken: run.message.wake === true,
      call: { signal: run.signal, nowMs, ...this.#gateOf(run) },
      children: () => childrenOf(run, this.#splitOf(run.record)),
    };
  }

  #splitOf(record: OperationRecord): Split {
    const split = this.#options.splitOf?.(record);
    if (split) return split;
    throw new Error(`Expected ${record.request.type} to be a request that can have children, got one that cannot`);
  }

  /** The end of an operation by an error, unless its step has something to remove first. */
  #stopping(record: OperationRecord, now: number, stop: Stop, run: Run): Decision {
    const conclusion = conclusionOf(stop);
    const step = this.#options.steps[record.step];
    const mayGoOn = stop.outcome !== "unknown" && step !== undefined && "run" in step;
    const instead = mayGoOn ? step.insteadOfEnd?.(record, conclusion) : undefined;
    if (instead && instead.kind !== "unchanged") return decide(run, instead);
    const change: Change = endingUnseen(record, now, conclusion);
    return { kind: "write", change };
  }

  /** What an error means for the operation; undefined for a defect of ours. */
  #decisionOn(run: Run, error: unknown): Decision | undefined {
    const now = this.#ports.clock.now();
    const { record } = run;
    if (error instanceof Stop) return this.#stopping(record, now, error, run);
    if (error instanceof Later) return postponed(run, error);
    if (error instanceof RetryableError) {
      const at = error.retryAfterMs === undefined ? undefined : now + error.retryAfterMs;
      const code = error.status === 429 ? "throttled" : "unavailable";
      return postponed(run, new Later(code, error.message, { at, requestId: error.requestId }));
    }
    if (error instanceof UnauthorizedError || error instanceof ConfigurationError) {
      const code = error instanceof UnauthorizedError ? "unauthorized" : "configuration";
      const attention = `Mend it, then look: drover connections check ${record.request.connection}`;
      return postponed(run, new Later(code, error.message, { attention, requestId: error.requestId }));
    }
    if (error instanceof PermanentError || error instanceof InvalidInputError) {
      // A refused question says nothing about the effect that it was asked for.
      if (openIntents(record).length > 0) return postponed(run, new Later("unclear", error.message));
      return this.#stopping(record, now, new Stop("failed", error.code, error.message), run);
    }
    if (error instanceof DroverError) return postponed(run, new Later("unavailable", error.message));
    return undefined;
  }

  /** Another delivery is at work: look again when nothing of it can be under way. It is dropped then if that one got on. */
  async #lookAfterLease(run: Run): Promise<Settlement> {
    run.watch?.postponed("lease");
    const liveUntil = openIntents(run.record).map((intent) => intent.liveUntil);
    // Never at once: after a jump of the wall clock only the monotonic clock knows that it is too early.
    const at = Math.max(this.#ports.clock.now() + 1_000, ...liveUntil);
    return this.#sendOn(run, { kind: "send", n: run.message.n, attempt: run.message.attempt + 1, at });
  }

  async #sendOn(run: Run, owed: Extract<Decision, { kind: "send" }>): Promise<Settlement> {
    const delayMs = Math.min(this.#ports.queue.maxDelayMs, Math.max(0, owed.at - this.#ports.clock.now()));
    const sent = { ...owed, wake: run.message.wake };
    const body = stepMessageOf(this.#ports, run.record, sent, run.watch?.span.traceparent);
    await this.#ports.queue.send([{ queue: run.record.step, body, ...(delayMs > 0 ? { delayMs } : {}) }]);
    return acknowledge;
  }

  /** Writes the result, into a newer row when it lost, then sends what is owed. Without a decision only effects are written. */
  async #commit(run: Run, decisionNow: () => Decision | undefined): Promise<Settlement> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const decision = decisionNow();
      if (decision?.kind === "send") return this.#sendOn(run, decision);
      const by = { now: this.#ports.clock.now(), nonce: this.#ports.randomness.id() };
      const next = decision
        ? advance(run.record, decision.change, { ...by, ...run.proof, writer: run.deliveryId })
        : amend(run.record, {}, by);
      const version = await put(this.#ports.ledger, operationKey(next.id), next, run.version);
      if (version !== undefined) {
        if (next.state === "ended") {
          countEnd(this.#ports, next);
          run.watch?.ended(next);
        }
        if (decision) await this.#sendAndClear(next, version, run.watch);
        return acknowledge;
      }
      const stored = await this.#ports.ledger.read(operationKey(next.id));
      const row = stored && operationRow(stored);
      if (!row) return acknowledge;
      if (row.record.state === "ended") await returnLateTurn(this.#ports, run.record, row.record);
      if (row.record.state === "ended" || run.strays(row.record).length > 0) return this.#writeLate(run, row);
      const moved = row.record.seq !== run.seq || hasForeignIntent(run.record, row.record);
      if (moved && run.isKnownTo(row.record)) return acknowledge;
      run.adopt(run.merged(row.record), row.version);
    }
    return release(1_000, new Error(`Expected to write a result within ${maxTries} tries, got a conflict each time`));
  }

  /** An effect that came to light after the row had ended or gone on without it: noted in the row, its outcome unchanged. */
  async #writeLate(run: Run, found: Row): Promise<Settlement> {
    if (!run.hasResult) return acknowledge;
    for (let tries = 0, row: Row | undefined = found; row && tries < maxTries; tries += 1) {
      const by = { now: this.#ports.clock.now(), nonce: this.#ports.randomness.id() };
      const [stray = { what: "late-handle", detail: "The effect took place after all" }] = run.strays(row.record);
      const late = amend(run.merged(row.record), {}, by, stray);
      const version = await put(this.#ports.ledger, operationKey(late.id), late, row.version);
      if (version !== undefined) return acknowledge;
      const stored = await this.#ports.ledger.read(operationKey(late.id));
      row = stored && operationRow(stored);
    }
    this.#ports.log.error(
      "an effect that came to light late could not be noted in its operation: look at the provider",
      {
        operation: found.record.id,
        step: found.record.step,
      },
    );
    return acknowledge;
  }

  async #sendAndClear(record: OperationRecord, version: string, watch: StepWatch | undefined): Promise<void> {
    await sendOutbox(this.#ports, record, watch?.span.traceparent);
    if (mustClear(record)) await clearOutbox(this.#ports, record, version, this.#options.retainMs);
  }

  #putBack(message: StepMessage, delivery: Delivery, watch: StepWatch | undefined, error: unknown): Settlement {
    watch?.threw(error);
    watch?.postponed("defect");
    this.#ports.log.error("a step failed for a reason that is not the provider's", {
      queue: delivery.queue,
      message: delivery.id,
      receives: delivery.receives,
      operation: message.operation,
      step: message.step,
      connection: watch?.connection,
      trace_id: traceIdOf(message.traceparent),
      error: messageOf(error),
    });
    return release(retryDelayMs(delivery.id, delivery.receives), error);
  }
}

/** The try is over; the message of whoever hands over the turn goes on. */
function inLine(run: Run, code: "turn" | "claim" | "in-flight"): "waits-in-line" {
  run.watch?.postponed(code);
  return "waits-in-line";
}

function postponed(run: Run, later: Later): Decision {
  run.watch?.postponed(later.code);
  return postpone(run, later);
}

const placeOn = ({ request }: OperationRecord) => `in-flight:${request.connection}`;

/** A function that was frozen may have taken the turn for an operation that had ended meanwhile: nobody else would give it back. */
async function returnLateTurn(ports: Ports, ran: OperationRecord, now: OperationRecord): Promise<void> {
  const kept = isQuarantined(now) ? [] : [ran.turn, ran.claim];
  for (const claim of [...kept, ran.place]) {
    if (claim) await giveBack(ports, ran.id, claim.resource, holdOf(ran.id, claim).k);
  }
}

interface Row {
  readonly record: OperationRecord;
  readonly version: string;
}

function operationRow(stored: Stored): Row | undefined {
  return stored.record.kind === "operation" ? { record: stored.record, version: stored.version } : undefined;
}

function release(delayMs: number, error: unknown): Settlement {
  return { kind: "release", delayMs, cause: messageOf(error) };
}
