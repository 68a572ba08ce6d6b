import type { EventData, Outcome } from "../contracts/event.ts";
import type { Json, JsonObject } from "../contracts/json.ts";
import type { Children, Conclusion, Intent, OperationRecord } from "../contracts/operation.ts";
import type { CallContext, Found, PollPace, Settling } from "../contracts/provider.ts";

/** What a step says has become of the operation. Data: the runner writes it, sends what it owes and settles the message. */
export type StepResult =
  | ({ readonly kind: "next"; readonly step: string; readonly afterMs?: number; readonly pace?: PollPace } & Progress)
  /** Nothing has changed: look again. */
  | {
      readonly kind: "again";
      readonly status: string;
      readonly pace: PollPace;
      readonly retryAfterMs?: number;
      /** Present when it has changed, which is then written down. */
      readonly children?: Children;
    }
  /** Woken for nothing: the message that is on its way already goes on. Only for a step that was `woken`. */
  | { readonly kind: "unchanged" }
  /** A status nobody knows: look again a bounded number of times, then the outcome is `unknown`. */
  | { readonly kind: "unclear"; readonly status: string; readonly pace: PollPace; readonly retryAfterMs?: number }
  /** Go on with `step` at a given time; the turn may be given up for as long. */
  | ({
      readonly kind: "wait";
      readonly step: string;
      readonly untilMs: number;
      readonly giveUpTurn?: boolean;
    } & Progress)
  | ({
      readonly kind: "end";
      readonly outcome: Outcome;
      readonly reason?: string;
      readonly code?: string;
    } & Progress & {
        readonly result?: JsonObject;
      });

export interface Progress {
  readonly handle?: Json;
  readonly ids?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly requestId?: string;
  /** Whether the effect was found by asking the provider. */
  readonly recovered?: boolean;
  /** How it is going to end, once the next step has removed its traces. */
  readonly concluded?: Conclusion;
  readonly standing?: Pick<Conclusion, "reason" | "result">;
  /** From here on that step is asked before an end which no step writes. */
  readonly lastStep?: string;
  /** Moves the deadline (ms since 1970), where time that nobody can help has passed. */
  readonly deadline?: number;
  readonly children?: Children;
  /** Words of consumers before that time (ms since 1970) are about something else. */
  readonly wordsSince?: number;
  /** Event that tells of it, beside the one that every end has. */
  readonly event?: {
    readonly type: "drover.operation.started" | "drover.operation.waiting" | "drover.operation.attention";
    readonly data: EventData;
  };
}

export const next = (
  step: string,
  progress: Progress & { readonly afterMs?: number; readonly pace?: PollPace } = {},
): StepResult => ({ ...progress, kind: "next", step });

export const end = (
  outcome: Outcome,
  progress: Progress & { readonly reason?: string; readonly code?: string; readonly result?: JsonObject } = {},
): StepResult => ({ ...progress, kind: "end", outcome });

/** How one effect is prepared, looked for and brought about. */
export interface Effect<Result extends Json> {
  /** Takes what `find` will need; stored with the intent, before the effect. */
  prepare(): Promise<Json>;
  /** Asks the provider whether the effect of that intent took place. */
  find(intent: Intent): Promise<Found<Result>>;
  /** Exactly one HTTP request. An error says by its `effect` whether something may have happened. */
  create(intent: Intent): Promise<Result>;
  readonly settling: Settling;
  /** Whether one too many does nothing at the provider, so that an open one leaves no doubt about the operation's outcome. */
  readonly harmless?: boolean;
  /** What was done before leaves no way back: neither a cancel nor the deadline keeps it from beginning. */
  readonly inevitable?: boolean;
  /** Name of an earlier effect that this one is made from, and that is made anew when this one was fenced off. */
  readonly basis?: string;
}

/** An effect's result, and whether it was found by asking after a lost answer. */
export interface Done<Result extends Json> {
  readonly result: Result;
  readonly recovered: boolean;
}

export type Once = <Result extends Json>(name: string, effect: Effect<Result>) => Promise<Done<Result>>;

/** What the steps of a parent can do with its children. */
export interface ChildrenOfRun {
  /** Makes the next few; safe to repeat. */
  begin(): Promise<Children>;
  /** How many have ended, as their own rows say. */
  look(): Promise<Children>;
  /** Whether all have ended; stops looking at the first that has not. */
  allEnded(): Promise<boolean>;
  /** Asks every child that has not ended to end. */
  cancel(): Promise<void>;
}

/** What every step is given. */
export interface LocalContext {
  readonly operation: OperationRecord;
  /** Polls without a change before this one. */
  readonly n: number;
  /** Tries of this step that failed one after another. */
  readonly attempt: number;
  /** Whether somebody sent this message to say that there is news, beside the one that is on its way. */
  readonly woken: boolean;
  readonly call: CallContext;
  /** Of an operation that has them. @throws Error for one that has none */
  readonly children: () => ChildrenOfRun;
}

export interface StepContext<Provider> extends LocalContext {
  readonly provider: Provider;
  readonly once: Once;
}

/** A step that asks nothing of a provider: it works for connections, too, that are not configured any more. */
export interface LocalStep {
  readonly name: string;
  runLocal(context: LocalContext): Promise<StepResult>;
}

export interface ProviderStep<Provider> {
  readonly name: string;
  /** The provider resource that this step writes to: operations on it take turns. */
  turnOf?(operation: OperationRecord, provider: Provider): string | undefined;
  /** What only one operation at a time may do: kept from here to its end, also while the turn is given up. Asked for before the turn. */
  claimOf?(operation: OperationRecord, provider: Provider): string | undefined;
  /**
   * Of an operation that cannot wait for whoever has the claim: refuses what would be refused anyway, before that operation is asked to
   * end. Undefined for one that waits.
   */
  urgent?(operation: OperationRecord): ((context: StepContext<Provider>) => Promise<void>) | undefined;
  /** Whether the operation is in flight from here on, which the connection may limit. */
  readonly takesPlace?: boolean;
  /** Whether it changes something outside `once`: what was written before is then on disk first. */
  readonly changes?: boolean;
  /** Where an operation goes that has to end here, and must not yet. Undefined: it ends. */
  insteadOfEnd?(operation: OperationRecord, conclusion: Conclusion): StepResult | undefined;
  run(context: StepContext<Provider>): Promise<StepResult>;
}

export type Step<Provider> = LocalStep | ProviderStep<Provider>;

export function defineStep<Provider>(step: ProviderStep<Provider>): ProviderStep<Provider> {
  return step;
}

export function defineLocalStep(step: LocalStep): LocalStep {
  return step;
}
