import type { Outcome } from "./event.ts";
import type { Json, JsonObject } from "./json.ts";
import type { KeyRotation } from "./key-rotation.ts";
import type { Intent } from "./operation.ts";
import type { CallContext, PollPace, ProviderCheck, Settling } from "./provider-call.ts";
import type { OperationRequest } from "./request.ts";

export type { CallContext, PollPace, ProviderCheck, Settling } from "./provider-call.ts";

/** What `find` says about an effect whose answer was lost. `absent-so-far` proves nothing until the settling time is over. */
export type Found<Result> =
  | { readonly kind: "found"; readonly result: Result; readonly evidence?: string }
  | { readonly kind: "absent-so-far" }
  /** It has not taken place and never will: the provider was made to refuse it, should it still be under way. */
  | { readonly kind: "fenced"; readonly evidence: string }
  | { readonly kind: "ambiguous"; readonly evidence: string };

/** The outcome of a creating call. */
export type Started = {
  /** Where the provider's side is found from now on. Stored; no secret, no signed URL. */
  readonly handle: Json;
  readonly retryAfterMs?: number;
  readonly ids: Readonly<Record<string, string>>;
  readonly requestId?: string;
  /** Present when it had ended by the time it was answered. */
  readonly ended?: Ended;
};

/** How a deployment ended, in the provider's word and ours. */
export type Ended = {
  readonly status: string;
  readonly outcome: Exclude<Outcome, "cancelled" | "timed-out">;
  readonly reason?: string;
  readonly code?: string;
  readonly ids?: Readonly<Record<string, string>>;
  readonly result?: JsonObject;
  readonly requestId?: string;
};

export type Polled =
  | {
      readonly kind: "in-progress";
      readonly status: string;
      readonly retryAfterMs?: number;
      readonly requestId?: string;
    }
  | ({ readonly kind: "ended" } & Ended)
  /** Somebody has removed it at the provider. */
  | { readonly kind: "gone"; readonly reason: string; readonly requestId?: string }
  /** A status nobody knows, or a known operation that cannot be found: looked at a bounded number of times, then `unknown`. */
  | { readonly kind: "unclear"; readonly status: string; readonly retryAfterMs?: number; readonly requestId?: string };

/** Printed by `submit --dry-run`: the exact calls, without sending the one that changes something. */
export interface PlannedCall {
  readonly method: string;
  readonly url: string;
  readonly body?: Json;
  readonly changes: boolean;
}

/** What has to exist at the provider before the deployment does, and is made for it alone: one effect of its own. */
export interface Basis {
  readonly settling: Settling;
  /** Reads that validate the request. Changes nothing. The answer is stored with the intent: no secret in it. */
  prepare(): Promise<Json>;
  find(intent: Intent): Promise<Found<Json>>;
  /** Exactly one HTTP request that changes something. The result is stored, and given to `prepareDeployment`. */
  create(intent: Intent): Promise<Json>;
}

/** What is known of a deployment that is over, or withdrawn, when its traces are removed. */
export interface Traces {
  /** Absent when no deployment was created. */
  readonly handle?: Json | undefined;
  readonly intents: Readonly<Record<string, Intent>>;
}

/** What somebody who carries out a deployment says of it. */
export interface Report {
  readonly status: "COMPLETE" | "FAILED";
  readonly reason?: string;
}

/** One connection's provider, as the steps see it. */
export interface DeploymentProvider {
  readonly kind: string;
  readonly settling: Settling;
  readonly pollPace: PollPace;
  /** Operations with the same key take turns; undefined when they need not. */
  turnOf(request: OperationRequest): string | undefined;
  /** Undefined when the request needs none. Its `prepare` and `create` are called one after the other on one object. */
  basisOf?(request: OperationRequest, context: CallContext): Basis | undefined;
  /** Reads that validate the request and what `findDeployment` will need. Changes nothing. */
  prepareDeployment(request: OperationRequest, context: CallContext, basis?: Json): Promise<Json>;
  findDeployment(request: OperationRequest, intent: Intent, context: CallContext): Promise<Found<Started>>;
  /** Exactly one HTTP request that changes something. */
  createDeployment(request: OperationRequest, intent: Intent, context: CallContext): Promise<Started>;
  poll(request: OperationRequest, handle: Json, intent: Intent | undefined, context: CallContext): Promise<Polled>;
  /** What a cancel does to a deployment that was started, as a sentence for people; absent when it can do nothing. */
  readonly withdrawal?: string;
  /** Whether anything is removed after that outcome. */
  cleansUp?(request: OperationRequest, outcome: Outcome): boolean;
  /** Removes the deployment and what was made for it. Repeated until it resolves: what is gone already is fine. */
  cleanUp?(request: OperationRequest, traces: Traces, context: CallContext): Promise<void>;
  /** Says at the provider how a deployment ended that nobody else reports. Harmless when repeated. */
  report?(request: OperationRequest, handle: Json, report: Report, context: CallContext): Promise<void>;
  /** Where the provider has keys that consumers use. */
  readonly keyRotation?: KeyRotation;
  /** Logs in, reads, and names missing roles. */
  check(context: CallContext): Promise<readonly ProviderCheck[]>;
  plan(request: OperationRequest): readonly PlannedCall[];
}
