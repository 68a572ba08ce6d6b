import type { ConnectionLimits } from "../contracts/configuration.ts";
import type { Json } from "../contracts/json.ts";
import type { HistoryEntry, Intent, OperationRecord } from "../contracts/operation.ts";
import type { HandlerContext, Ports, Version } from "../contracts/ports.ts";
import type { Settling } from "../contracts/provider.ts";
import type { StepMessage } from "../contracts/step-message.ts";
import type { StepWatch } from "./observe.ts";

/** What this process knows of intents on its own monotonic clock, which no change of the wall clock can move. */
export class IntentClock {
  readonly #sendBeforeMs = new Map<string, number>();
  readonly #limit = 10_000;

  remember(nonce: string, sendBeforeMonotonicMs: number): void {
    if (this.#sendBeforeMs.size >= this.#limit) {
      const oldest = this.#sendBeforeMs.keys().next().value;
      if (oldest !== undefined) this.#sendBeforeMs.delete(oldest);
    }
    this.#sendBeforeMs.set(nonce, sendBeforeMonotonicMs);
  }

  forget(nonce: string): void {
    this.#sendBeforeMs.delete(nonce);
  }

  /** Whether `afterMs` beyond `sendBefore` have passed; an intent of another process is judged by the wall clock alone. */
  hasPassed(nonce: string, afterMs: number, monotonicMs: number): boolean {
    const sendBeforeMs = this.#sendBeforeMs.get(nonce);
    return sendBeforeMs === undefined || monotonicMs >= sendBeforeMs + afterMs;
  }
}

type Effected =
  | { readonly kind: "done"; readonly nonce: string; readonly result: Json; readonly recovered: boolean }
  | { readonly kind: "refused"; readonly nonce: string; readonly startsOver: boolean };

/** The handling of one delivery: the row as last read or written, and what became of its effects since. */
export class Run {
  readonly ports: Ports;
  readonly message: StepMessage;
  readonly deliveryId: string;
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  /** The operation that has to be settled before new effects begin, if any; see restore.ts. */
  readonly unsettledFirst: () => Promise<string | undefined>;
  /** Of the operation's connection. */
  readonly limits: ConnectionLimits;
  /** What is told of it, where somebody listens. */
  readonly watch: StepWatch | undefined;
  record: OperationRecord;
  version: Version;
  /** `seq` that the row has as long as nobody but this run moved it. */
  seq: number;
  /** Whether its end was asked for before this run began. */
  readonly wasCancelled: boolean;
  readonly #intentClock: IntentClock;
  readonly #effects = new Map<string, Effected>();

  constructor(
    ports: Ports,
    intentClock: IntentClock,
    message: StepMessage,
    deliveryId: string,
    context: HandlerContext,
    row: { readonly record: OperationRecord; readonly version: Version },
    {
      unsettledFirst = async () => undefined,
      limits = {},
      watch,
    }: {
      readonly unsettledFirst?: (() => Promise<string | undefined>) | undefined;
      readonly limits?: ConnectionLimits | undefined;
      readonly watch?: StepWatch | undefined;
    } = {},
  ) {
    this.unsettledFirst = unsettledFirst;
    this.limits = limits;
    this.watch = watch;
    this.ports = ports;
    this.#intentClock = intentClock;
    this.message = message;
    this.deliveryId = deliveryId;
    this.signal = context.signal;
    this.remainingMs = () => context.remainingMs();
    this.record = row.record;
    this.version = row.version;
    this.seq = row.record.seq;
    this.wasCancelled = row.record.cancelRequested !== undefined;
  }

  /** From here on every end of this operation owes a give-back of the turn, even if it never got it. */
  asksForTurn(resource: string): void {
    if (this.record.turn?.resource === resource) return;
    this.record = { ...this.record, turn: { resource, holdsGivenUp: this.record.turn?.holdsGivenUp ?? 0 } };
  }

  /** The same for what it keeps to the end. */
  asksForClaim(resource: string): void {
    if (this.record.claim?.resource === resource) return;
    this.record = { ...this.record, claim: { resource, holdsGivenUp: this.record.claim?.holdsGivenUp ?? 0 } };
  }

  /** The same for a place in flight on the operation's connection. */
  asksForPlace(resource: string): void {
    if (this.record.place?.resource === resource) return;
    this.record = { ...this.record, place: { resource, holdsGivenUp: this.record.place?.holdsGivenUp ?? 0 } };
  }

  /** A write of this run that moved `seq`. */
  adoptOwn(record: OperationRecord, version: Version): void {
    this.adopt(record, version);
    this.seq = record.seq;
  }

  /** What the message that called us proves to have been sent. */
  get proof(): { readonly messageSeq?: number } {
    return this.message.wake ? {} : { messageSeq: this.message.seq };
  }

  adopt(record: OperationRecord, version: Version): void {
    this.record = record;
    this.version = version;
  }

  rememberIntent(nonce: string, sendBeforeMonotonicMs: number): void {
    this.#intentClock.remember(nonce, sendBeforeMonotonicMs);
  }

  /** Whether our own request under this intent may still be under way, by the monotonic clock. */
  isLive(nonce: string, requestTimeoutMs: number): boolean {
    return !this.#intentClock.hasPassed(nonce, requestTimeoutMs, this.ports.clock.monotonicMs());
  }

  isSettled(nonce: string, settling: Settling): boolean {
    const afterMs = settling.requestTimeoutMs + settling.settlingMs;
    return this.#intentClock.hasPassed(nonce, afterMs, this.ports.clock.monotonicMs());
  }

  /** The effect took place. It is written with the step's result; until then this is the only place that knows. */
  finish(name: string, intent: Intent, result: Json, recovered: boolean): void {
    this.#effects.set(name, { kind: "done", nonce: intent.nonce, result, recovered });
    this.#intentClock.forget(intent.nonce);
    this.record = this.merged(this.record);
  }

  /**
   * The effect provably did not take place: the intent is taken back.
   * @param startsOver whether it was fenced off, so that later attempts go on counting
   */
  close(name: string, intent: Intent, startsOver = false): void {
    this.#effects.set(name, { kind: "refused", nonce: intent.nonce, startsOver });
    this.#intentClock.forget(intent.nonce);
    this.record = this.merged(this.record);
  }

  /** Whether something has happened that only this process knows. */
  get hasNews(): boolean {
    return this.#effects.size > 0;
  }

  get hasResult(): boolean {
    return [...this.#effects.values()].some((effected) => effected.kind === "done");
  }

  /** A newer row with our effects under their own intents; another attempt's intent is never touched. */
  merged(record: OperationRecord): OperationRecord {
    const intents: Record<string, Intent> = { ...record.intents };
    let startedOver = record.startedOver ?? 0;
    for (const [name, effected] of this.#effects) {
      const intent = intents[name];
      if (intent?.nonce !== effected.nonce) continue;
      if (effected.kind === "refused" && effected.startsOver) startedOver += 1;
      if (effected.kind === "refused") delete intents[name];
      else intents[name] = { ...intent, result: effected.result, ...(effected.recovered ? { recovered: true } : {}) };
    }
    return { ...record, intents, ...(startedOver > 0 ? { startedOver } : {}) };
  }

  /** Whether the row already says all that happened here: a twin that asked the provider was faster. */
  isKnownTo(record: OperationRecord): boolean {
    return [...this.#effects].every(([name, effected]) => {
      const intent = record.intents[name];
      return effected.kind === "refused"
        ? intent?.nonce !== effected.nonce
        : intent?.nonce === effected.nonce && intent.result !== undefined;
    });
  }

  /** Effects whose intent the row no longer knows: they landed after their absence was taken for proven. */
  strays(record: OperationRecord): readonly Omit<HistoryEntry, "at">[] {
    return [...this.#effects].flatMap(([name, effected]) =>
      effected.kind === "done" && record.intents[name]?.nonce !== effected.nonce
        ? [
            {
              what: "late-effect",
              detail: `${name} took place after all: ${JSON.stringify(effected.result).slice(0, 300)}`,
            },
          ]
        : [],
    );
  }
}

/** Whether another delivery has written an intent that this row did not have. */
export function hasForeignIntent(known: OperationRecord, newer: OperationRecord): boolean {
  return Object.entries(newer.intents).some(([name, intent]) => known.intents[name]?.nonce !== intent.nonce);
}

/** Whether nobody can tell what the operation has done. */
export function isInDoubt(record: OperationRecord): boolean {
  return openIntents(record).some((intent) => !intent.harmless);
}

/** Effects of this row whose result nobody has written yet. */
export function openIntents(record: OperationRecord): readonly Intent[] {
  return Object.values(record.intents).filter((intent) => intent.result === undefined);
}
