import type { Json } from "./json.ts";
import type { Intent } from "./operation.ts";
import type { Ended, Found } from "./provider-answer.ts";
import type { CallContext, Settling } from "./provider-call.ts";
import type { Secret } from "./secret.ts";

/**
 * Credentials that their provider makes once, shows once and lets die within minutes: they are minted when somebody stands ready to take
 * them, handed over once, and what was made for one that nobody has used is taken back.
 */

/** What was made at the provider: `id` tells one from another, the rest stands in results in the provider's own words. No secret. */
export interface Made {
  readonly id: string;
  /** Such as `Arn`, `DeviceId`, `IotThingName`, `Status`. */
  readonly words: Readonly<Record<string, string>>;
}

export interface Credential {
  /** Its bytes, in base64. */
  readonly content: Secret;
  /** By our clock, and never later than the provider's own end: counted from before the request was sent (ms since 1970). */
  readonly expiresAt: number;
}

export interface Minted {
  readonly made: Made;
  /** Absent when the answer held none that can be used. */
  readonly credential?: Credential;
  readonly requestId?: string;
}

export type MadeState =
  /** Nobody has used its credential. */
  | { readonly kind: "unused"; readonly status: string }
  /** Somebody has, and it is on its way. */
  | { readonly kind: "in-use"; readonly status: string }
  | { readonly kind: "ended"; readonly ended: Ended }
  | { readonly kind: "being-removed"; readonly status: string }
  | { readonly kind: "gone" }
  /** It stands under that id, and our mark is not on it. */
  | { readonly kind: "of-others"; readonly evidence: string }
  | { readonly kind: "unclear"; readonly status: string };

/** What stands at the provider until it is used, and can be taken back. */
export interface MadeThings {
  /** All that this operation has made and that is not being removed. An answer may lag behind. */
  list(context: CallContext): Promise<readonly Made[]>;
  /** @throws RetryableError for every answer that says nothing about it */
  read(made: Made, context: CallContext): Promise<MadeState>;
  /** Exactly one HTTP request. What is gone already is fine. */
  remove(made: Made, intent: Intent, context: CallContext): Promise<{ readonly requestId?: string }>;
  /** For the provider's `poll`: how it goes on once it was handed over. One that is still unused at `untilMs` has ended, as `not-used`. */
  pollHandle(made: Made, untilMs: number): Json;
}

/** One operation's credential, as the steps that hand it over see it. */
export interface Mint {
  readonly settling: Settling;
  /** What it is, after "Expected …": `the configuration archive of device cam-1`. */
  readonly what: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** What whoever fetched it does with it: sentences. */
  readonly instructions: string;
  /**
   * Reads what a request has to know before it is sent. Changes nothing.
   * @throws PermanentError, code `conflict`, when others have what it needs
   */
  prepare(context: CallContext): Promise<Json>;
  /** Exactly one HTTP request that makes something. */
  create(intent: Intent, context: CallContext): Promise<Minted>;
  /** Whether an attempt whose answer was lost has made something. */
  find(intent: Intent, context: CallContext): Promise<Found<Made>>;
  /** Absent when nothing stays at the provider but the credential itself. */
  readonly things?: MadeThings;
}
