import type { EventData, EventType, Outcome } from "./event.ts";
import type { Json, JsonObject } from "./json.ts";
import type { OperationRequest } from "./request.ts";
import type { SinkRecord } from "./sink.ts";

/** Version of every ledger record that this release writes; it reads this one and the two before. */
export const recordVersion = 1;

/** The note written before an effect. An intent without a result is reconciled, never repeated blindly. */
export interface Intent {
  readonly nonce: string;
  /** 1 for the first attempt; counts up each time absence was proven. */
  readonly attempt: number;
  /** What `find` needs: a baseline of existing ids, a marker, a derived name. */
  readonly prepared: Json;
  readonly writtenAt: number;
  /** The request is not sent after this time (ms since 1970). */
  readonly sendBefore: number;
  /** Until this time the request may be in flight: nobody else looks or sends. */
  readonly liveUntil: number;
  /** From here on an absent answer proves absence. */
  readonly settledAt: number;
  readonly looks?: number;
  /** One too many would do nothing. */
  readonly harmless?: boolean;
  /** Present once the effect is known to have taken place. */
  readonly result?: Json;
  /** Whether the result was found by asking the provider after a lost answer. */
  readonly recovered?: boolean;
}

export interface HistoryEntry {
  readonly at: number;
  /** Kebab-case: `accepted`, `intent-written`, `effect-done`, `effect-adopted`, `poll`, `waiting`, `cancel-requested`, … */
  readonly what: string;
  readonly step?: string;
  readonly detail?: string;
  /** The provider's request id. */
  readonly requestId?: string;
}

/** What a step owes. Entries are dropped only when a message that was sent after them has arrived (`provedBy`). */
export type Owed =
  | {
      readonly kind: "event";
      readonly provedBy: number;
      /** `seq` of the write that owes it and index within it: together the event's id. */
      readonly seq: number;
      readonly index: number;
      readonly type: EventType;
      readonly at: number;
      readonly data: EventData;
    }
  | { readonly kind: "give-back"; readonly provedBy: number; readonly resource: string; readonly k: number }
  /** A child that has ended: its parent looks. */
  | { readonly kind: "tell-parent"; readonly provedBy: number; readonly parent: string };

/** The one step message that an operation has outstanding. */
export interface OwedStep {
  readonly n: number;
  readonly attempt: number;
  /** Not to be delivered before this time (ms since 1970). */
  readonly notBefore: number;
}

export interface WaitingFor {
  /** Kebab-case: `throttled`, `unavailable`, `unauthorized`, `turn`, `paused`, `settling`, `unknown-status`, `configuration`. */
  readonly code: string;
  readonly detail: string;
  readonly since: number;
  /** Poll number at which it began, for bounds counted in polls. */
  readonly sinceN?: number;
  readonly who?: string;
}

/** A claim on something that only so many operations may have at a time; counts the holds that were given up. */
export interface Claim {
  readonly resource: string;
  readonly holdsGivenUp: number;
}

/** Which targets of a parent have ended, and how. */
export interface Children {
  readonly total: number;
  /** Targets whose child is known to exist, counted from the first. */
  readonly begun: number;
  /** One letter for each target, in their order: see children-marks.ts. */
  readonly marks: string;
  /** Until when those that have not ended may still go on after their deadline (ms since 1970). */
  readonly until?: number;
}

/** How an operation is going to end, once its traces at the provider are removed. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly reason?: string;
  readonly code?: string;
  readonly status?: string;
  readonly result?: JsonObject;
}

/** What somebody has handed over to an operation that asked for it. Public: no private key. */
export interface Supplied {
  /** As PEM text, at most 16 KiB. */
  readonly certificate: string;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What people have said and taken of a credential that is handed over once. */
export interface Pickup {
  /** Who stands ready to take it; `count` counts such words, each of which is good for one minting. */
  readonly ready?: { readonly count: number; readonly by: string; readonly at: number };
  /** Who was given which hand-off, and how long it was good for then. At most one is given it. */
  readonly fetched?: {
    readonly handoff: string;
    readonly by: string;
    readonly at: number;
    readonly leftMs: number;
    /** `ready.count` then: a word that was said later has a higher one, whatever the clocks of those who wrote say. */
    readonly readyCount?: number;
  };
}

export interface OperationRecord {
  readonly kind: "operation";
  readonly v: number;
  readonly id: string;
  /** New for each write: a conflict whose stored nonce is ours is our own success. */
  readonly nonce: string;
  readonly contentHash: string;
  readonly request: OperationRequest;
  readonly requestedBy: string;
  readonly parent?: string;
  readonly children?: Children;
  readonly state: "active" | "ended";
  readonly outcome?: Outcome;
  readonly reason?: string;
  readonly code?: string;
  readonly step: string;
  readonly seq: number;
  /** When the operation entered this step. */
  readonly stepSince: number;
  /** Last poll that was written down. */
  readonly n: number;
  readonly intents: Readonly<Record<string, Intent>>;
  /** Where the provider's side of the operation is found. */
  readonly handle?: Json;
  readonly providerStatus?: string;
  readonly providerIds?: Readonly<Record<string, string>>;
  readonly result?: JsonObject;
  readonly waitingFor?: WaitingFor;
  readonly history: readonly HistoryEntry[];
  readonly outbox: readonly Owed[];
  readonly owedStep?: OwedStep;
  /** Message that wrote this state: when it comes again, our own crash is behind it. */
  readonly writer?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly endedAt?: number;
  /** When the sweep looks: set while the row is active or its outbox is not known to be sent. */
  readonly wakeAt?: number;
  /** End of a long wait: becomes `wakeAt` once everything owed was sent. */
  readonly resumeAt?: number;
  /** When the row becomes a tombstone: set once it is ended and everything it owed was sent. */
  readonly retainUntil?: number;
  /** Sweeps in a row without progress: the back-off of `wakeAt`. */
  readonly sweeps: number;
  readonly deadline: number;
  readonly cancelRequested?: { readonly at: number; readonly by: string; readonly note?: string };
  readonly turn?: Claim;
  /** What one operation at a time may do, from its plan to its end: rotating the keys of one policy. Kept while the turn is given up. */
  readonly claim?: Claim;
  /** One of the places that the connection's limit `inFlight` offers. */
  readonly place?: Claim;
  readonly concluded?: Conclusion;
  /** The step that has to see to an end which no step writes. It is asked once. */
  readonly lastStep?: string;
  /** What is so as long as nothing more happens: said by an end that no step writes. */
  readonly standing?: Pick<Conclusion, "reason" | "result">;
  /** Present when somebody else than who asked has to approve it before it begins. */
  readonly approval?: { readonly by?: string; readonly at?: number; readonly note?: string };
  /** How often an attempt was fenced off. */
  readonly startedOver?: number;
  /** Set when a dead letter stopped the chain: the sweep leaves the row alone until its deadline. */
  readonly parked?: { readonly at: number; readonly deadLetter: string };
  /** Consumers that say they use what was published, and since when (ms since 1970). */
  readonly acknowledgements?: Readonly<Record<string, number>>;
  /** Words of consumers before that time are about something else. */
  readonly wordsSince?: number;
  /** A wait that a person has made longer: nothing goes on before it (ms since 1970). */
  readonly extendedUntil?: number;
  readonly supplied?: Supplied;
  readonly pickup?: Pickup;
  readonly resolution?: {
    readonly as: "succeeded" | "failed" | "not-done";
    readonly by: string;
    readonly note: string;
    readonly at: number;
  };
  readonly traceparent?: string;
}

/** What stays of a finished operation until its idempotency key may be forgotten. */
export interface TombstoneRecord {
  readonly kind: "tombstone";
  readonly v: number;
  readonly id: string;
  readonly nonce: string;
  readonly contentHash: string;
  readonly outcome: Outcome;
  readonly endedAt: number;
  readonly retainUntil: number;
}

/** One hold of an operation: the one after `k - 1` that it has given up. */
export interface Hold {
  readonly operation: string;
  readonly k: number;
}

/** Who may write to one provider resource, or is in flight on one connection, and who is next. */
export interface TurnRecord {
  readonly kind: "turn";
  readonly v: number;
  readonly resource: string;
  readonly nonce: string;
  /** Holds at the same time; 1 for a resource that takes one writer. */
  readonly capacity: number;
  readonly holders: readonly Hold[];
  readonly line: readonly Hold[];
}

/** When a connection was changed last, and when the next in line may try: keeps `changesPerMinute`. */
export interface RateRecord {
  readonly kind: "rate";
  readonly v: number;
  readonly connection: string;
  readonly nonce: string;
  /** Grants within the window, oldest first (ms since 1970). */
  readonly granted: readonly number[];
  /** Up to when tries are booked (ms since 1970). */
  readonly bookedUntil: number;
}

export interface DeadLetterRecord {
  readonly kind: "dead-letter";
  readonly v: number;
  readonly id: string;
  readonly nonce: string;
  readonly queue: string;
  /** The message as it came, packed or cut where it is too large (kept-body.ts). */
  readonly body: string;
  readonly packed?: true | undefined;
  readonly cut?: true | undefined;
  readonly cause: string;
  readonly receives: number;
  readonly at: number;
  readonly operation?: string;
  readonly step?: string;
  readonly seq?: number;
  readonly providerStatus?: string;
  readonly verdict: "safe-to-redrive" | "moved-on" | "expired" | "needs-decision";
  readonly redrivenAt?: number;
  readonly retainUntil: number;
}

/** A person's hold on a connection: no new effects while paused, polls go on. */
export interface ConnectionRecord {
  readonly kind: "connection";
  readonly v: number;
  readonly name: string;
  readonly nonce: string;
  readonly paused?: { readonly at: number; readonly by: string; readonly note?: string };
}

/** What a schedule has done, and what it is about to do. */
export interface ScheduleRecord {
  readonly kind: "schedule";
  readonly v: number;
  readonly name: string;
  readonly nonce: string;
  /** When the schedule was first looked at, or its timing was changed: due dates before are none (ms since 1970). */
  readonly since: number;
  /** Hash of what decides about due dates: another timing begins anew. */
  readonly timing: string;
  /** The last due date that was dealt with. */
  readonly lastDue?: number;
  readonly lastRunAt?: number;
  readonly lastOperation?: string;
  /** How many due dates were left out, for being missed. */
  readonly skipped: number;
  /** Why the last request was not accepted. */
  readonly lastProblem?: string;
}

/**
 * What consumers of a published key were promised, kept beyond the operation that promised it. It only ever makes the next rotation
 * wait or refuse: without it, what stands at the targets decides alone.
 */
export interface PromiseRecord {
  readonly kind: "promise";
  readonly v: number;
  readonly resource: string;
  readonly nonce: string;
  /** The operation that published last. */
  readonly operation: string;
  /** Counts the rotations of the policy: one that was frozen speaks of what was promised before. */
  readonly number: number;
  /** When consumers could read it everywhere: a word from before is about another key (ms since 1970). */
  readonly since: number;
  /** Until when by the provider's own clock, which nobody here can move. */
  readonly untilThere?: number;
  /** The key before stays until then (ms since 1970). */
  readonly until: number;
  /** Who has to say that it uses the new key before the one before goes. */
  readonly acknowledge: readonly string[];
  /** Fingerprints by target and secret: whoever reads there. */
  readonly published: Readonly<Record<string, string>>;
}

export type LedgerRecord =
  | OperationRecord
  | TombstoneRecord
  | TurnRecord
  | RateRecord
  | ScheduleRecord
  | SinkRecord
  | PromiseRecord
  | DeadLetterRecord
  | ConnectionRecord;

export const operationKey = (id: string) => `operation/${id}`;
export const turnKey = (resource: string) => `turn/${resource}`;
export const deadLetterKey = (id: string) => `dead-letter/${id}`;
export const scheduleKey = (name: string) => `schedule/${name}`;
export const promiseKey = (resource: string) => `promise/${resource}`;
export const rateKey = (connection: string) => `rate/${connection}`;
export const connectionKey = (name: string) => `connection/${name}`;

/** An `unknown` outcome keeps its turn from everybody else until a person has resolved it. */
export function isQuarantined(record: OperationRecord): boolean {
  return record.outcome === "unknown" && record.resolution === undefined;
}

/** When the sweep has to look at a record, for the ledger's `due` index. */
export function dueAtOf(record: LedgerRecord): number | undefined {
  if (record.kind === "operation") return record.wakeAt ?? record.retainUntil;
  if (record.kind === "tombstone" || record.kind === "dead-letter") return record.retainUntil;
  return undefined;
}
