import type { Outcome } from "./event.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Intent } from "./operation.ts";
import type { OperationRequest } from "./request.ts";

/** What a call may know about where it runs. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

/** What `find` says about an effect whose answer was lost. `absent-so-far` proves nothing until the settling time is over. */
export type Found<Result> =
  | { readonly kind: "found"; readonly result: Result; readonly evidence?: string }
  | { readonly kind: "absent-so-far" }
  | { readonly kind: "ambiguous"; readonly evidence: string };

/** The outcome of a creating call. */
export type Started = {
  /** Where the provider's side is found from now on. Stored; no secret, no signed URL. */
  readonly handle: Json;
  readonly retryAfterMs?: number;
  readonly ids: Readonly<Record<string, string>>;
  readonly requestId?: string;
};

export type Polled =
  | {
      readonly kind: "in-progress";
      readonly status: string;
      readonly retryAfterMs?: number;
      readonly requestId?: string;
    }
  | {
      readonly kind: "ended";
      readonly status: string;
      readonly outcome: Exclude<Outcome, "cancelled" | "timed-out">;
      readonly reason?: string;
      readonly code?: string;
      readonly ids?: Readonly<Record<string, string>>;
      readonly result?: JsonObject;
      readonly requestId?: string;
    }
  /** A status nobody knows, or a known operation that cannot be found: looked at a bounded number of times, then `unknown`. */
  | { readonly kind: "unclear"; readonly status: string; readonly retryAfterMs?: number; readonly requestId?: string };

/** How long an effect takes to become visible, and how it is looked for. */
export interface Settling {
  /** Longest time of one creating request; it is aborted then. */
  readonly requestTimeoutMs: number;
  /** After this time an effect that is not visible has not taken place. */
  readonly settlingMs: number;
  /** Time between two looks. */
  readonly lookEveryMs: number;
}

/** Bounds of the time between two polls. */
export interface PollPace {
  readonly firstMs: number;
  readonly maxMs: number;
}

export interface ProviderCheck {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Printed by `submit --dry-run`: the exact calls, without sending the one that changes something. */
export interface PlannedCall {
  readonly method: string;
  readonly url: string;
  readonly body?: Json;
  readonly changes: boolean;
}

/** One connection's provider, as the steps see it. */
export interface DeploymentProvider {
  readonly kind: string;
  readonly settling: Settling;
  readonly pollPace: PollPace;
  /** Operations with the same key take turns; undefined when they need not. */
  turnOf(request: OperationRequest): string | undefined;
  /** Reads that validate the request and what `findDeployment` will need. Changes nothing. */
  prepareDeployment(request: OperationRequest, context: CallContext): Promise<Json>;
  findDeployment(request: OperationRequest, intent: Intent, context: CallContext): Promise<Found<Started>>;
  /** Exactly one HTTP request that changes something. */
  createDeployment(request: OperationRequest, intent: Intent, context: CallContext): Promise<Started>;
  poll(request: OperationRequest, handle: Json, intent: Intent | undefined, context: CallContext): Promise<Polled>;
  /** Logs in, reads, and names missing roles. */
  check(context: CallContext): Promise<readonly ProviderCheck[]>;
  plan(request: OperationRequest): readonly PlannedCall[];
}
