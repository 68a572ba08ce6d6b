import type { CallContext, ProviderCheck, Settling } from "./provider-call.ts";
import type { Secret } from "./secret.ts";
import type { Slot } from "./slots.ts";

export { type Slot, slots } from "./slots.ts";

/** What Drover says of a key where it publishes it. No secret in it. */
export interface PublishNote {
  readonly operation: string;
  /** What the key opens: service and policy. */
  readonly of: string;
  readonly slot: Slot;
  /** Of the key itself, whatever is wrapped around it: see `fingerprintOf`. */
  readonly fingerprint: string;
  /** By our clock (ms since 1970). */
  readonly publishedAt: number;
  /** How long consumers of the version before may go on with it. */
  readonly graceMs: number;
}

/** What consumers read now. */
export interface PublishedVersion {
  readonly value: Secret;
  /** The target's own name of this version. */
  readonly version: string;
  /** By the target's clock where it keeps one (ms since 1970). */
  readonly publishedAt?: number;
  /** Absent where somebody else put it there. */
  readonly note?: Partial<PublishNote>;
}

export interface PublishCall extends CallContext {
  /** The request is not sent after this time (ms since 1970). */
  readonly sendBefore: number;
}

/** Where consumers find keys: a vault of a cloud, or the local one. */
export interface PublishTarget {
  readonly kind: string;
  readonly settling: Settling;
  /** The newest version, or undefined when there is no secret of that name. Changes nothing. */
  read(secret: string, context: CallContext): Promise<PublishedVersion | undefined>;
  /**
   * Makes a new version with exactly one HTTP request. Other versions stay as they are.
   * @throws DroverError whose `effect` says whether it may have happened
   */
  publish(
    secret: string,
    value: Secret,
    note: PublishNote,
    call: PublishCall,
  ): Promise<{ readonly version: string; readonly requestId?: string }>;
  /** Logs in and reads; names what is missing. */
  check(context: CallContext): Promise<readonly ProviderCheck[]>;
}
