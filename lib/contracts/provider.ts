import type { PermanentError } from "./errors.ts";
import type { Outcome } from "./event.ts";
import type { Json } from "./json.ts";
import type { KeyRotation } from "./key-rotation.ts";
import type { Mint } from "./mint.ts";
import type { Intent, Supplied } from "./operation.ts";
import type { HandoffStore } from "./ports.ts";
import type { Ended, Found } from "./provider-answer.ts";
import type { CallContext, PollPace, ProviderCheck, Settling } from "./provider-call.ts";
import type { OperationRequest } from "./request.ts";

export type { Ended, Found } from "./provider-answer.ts";
export type { CallContext, PollPace, ProviderCheck, Settling } from "./provider-call.ts";

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

/** What comes next of a request that is no deployment. Each is carried out by one message. */
export type Stage =
  | {
      readonly kind: "effect";
      /** Of the effect, within its operation. */
      readonly name: string;
      readonly settling: Settling;
      readonly harmless?: boolean;
      /** Whether another stage follows; otherwise the change is polled from here on. */
      readonly goesOn?: boolean;
      prepare(): Promise<Json>;
      find(intent: Intent): Promise<Found<Started>>;
      /** One HTTP request that changes something, or none where all is as it was asked for. */
      create(intent: Intent): Promise<Started>;
      /** The handle to go on with after a refusal; undefined: the operation fails by it. */
      refused?(error: PermanentError): Json | undefined;
    }
  | { readonly kind: "moved"; readonly handle: Json; readonly status: string; readonly reason?: string }
  /** Somebody has to supply something: looked at again at that time, or when it is there. */
  | {
      readonly kind: "asks";
      readonly code: string;
      readonly reason: string;
      /** How it is made and handed over. */
      readonly commands: string;
      readonly untilMs: number;
    }
  | { readonly kind: "ended"; readonly ended: Ended };

/** How far a change of several stages is, as its row has it. */
export interface StageState {
  readonly operation: string;
  readonly handle: Json | undefined;
  readonly supplied: Supplied | undefined;
  /** Whether that effect has an intent: it is then gone on with, whatever else has changed. */
  begun(effect: string): boolean;
}

/** A request that is no deployment: a change, or reads. One object for one message. */
export interface Change {
  stage(state: StageState, context: CallContext): Promise<Stage>;
  /**
   * Whether what somebody supplies is what the operation waits for, before it is stored.
   * @throws InvalidInputError that says what it lacks, ConflictError when it waits for nothing
   */
  checkSupplied?(handle: Json | undefined, certificate: string): void;
}

/** In the handle of an operation that waits for somebody: it writes nothing then, and needs no turn. */
export const waitsForSomebody = { waitsFor: "somebody" } as const;

/** One connection's provider, as the steps see it. */
export interface DeploymentProvider {
  readonly kind: string;
  readonly settling: Settling;
  readonly pollPace: PollPace;
  /** Operations with the same key take turns; undefined when they need not. */
  turnOf(request: OperationRequest): string | undefined;
  /** What a change that is no rotation must not touch while another operation works on it; undefined when nothing is claimed. */
  claimOf?(request: OperationRequest): string | undefined;
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
  /** Of requests that are no deployments. */
  changeOf?(request: OperationRequest): Change;
  /** Where the provider has keys that consumers use. */
  readonly keyRotation?: KeyRotation;
  /** Of requests for a credential that is handed over once. */
  mintOf?(request: OperationRequest, operation: string): Mint;
  /** Where such credentials wait until they are fetched. */
  readonly handoffs?: HandoffStore;
  /** Logs in, reads, and names missing roles. */
  check(context: CallContext): Promise<readonly ProviderCheck[]>;
  plan(request: OperationRequest): readonly PlannedCall[];
}
