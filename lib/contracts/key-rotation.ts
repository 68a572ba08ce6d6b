import type { Json, JsonObject } from "./json.ts";
import type { PromiseRecord } from "./operation.ts";
import type { CallContext, Settling } from "./provider-call.ts";
import type { PublishTarget, Slot } from "./publish-target.ts";
import type { OperationRequest } from "./request.ts";
import type { Publication } from "./requests/rotate-policy-key.ts";
import type { Secret } from "./secret.ts";

/** What is seen of a policy and what stands around it. Stored in the ledger: fingerprints only. */
export type PolicySeen = {
  readonly fingerprints: { readonly [S in Slot]: string };
  /**
   * Everything that a rotation must leave as it is, as hashes by area (`policies`, `hubs`, `tags`, `allocation`, `sku`): what differs
   * afterwards was changed by somebody else, or undone by us.
   */
  readonly around: { readonly [area: string]: string };
};

/** A policy as it was just read, keys and all. Never stored. */
export interface PolicyLook {
  readonly seen: PolicySeen;
  /** By the provider's clock (ms since 1970), where it says so: a second one beside that of the host. */
  readonly there?: number;
  readonly keys: Readonly<Record<Slot, Secret>>;
}

/** A change that the service has taken on. Stored; its status URL is sealed. */
export type ChangeBegun = {
  /** What `poll` needs; absent when it is known to be in force already. */
  readonly polling?: Json;
  readonly requestId?: string;
};

/** What trying a key out has shown. */
export type KeyTried =
  | { readonly kind: "accepted"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string }
  /** No call could show it: the policy has no right to read anything, or the configuration says not to try. */
  | { readonly kind: "unproven"; readonly detail: string };

/** A policy whose two keys can be replaced. One object is used for one step: `replace` follows the `look` that it was made with. */
export interface PolicyKeys {
  readonly settling: Settling;
  /** What its keys open, as service/policy. */
  readonly of: string;
  /** Names what everybody knows it by: `policy provisioningserviceowner of dps-eu`. */
  readonly about: string;
  /**
   * Reads the service, then its keys, in this order: what changes in between changes the ETag.
   * @throws PermanentError for what forbids a rotation (suspended, keys disabled, settings that a write would reset, no such policy);
   * RetryableError while another change is under way
   */
  look(context: CallContext): Promise<PolicyLook>;
  /**
   * Writes what the last `look` of this object saw with those keys replaced: exactly one HTTP request that changes something.
   * @throws RetryableError with effect `none` when the service has changed since
   */
  replace(
    keys: Partial<Record<Slot, Secret>>,
    call: CallContext & { readonly sendBefore: number },
  ): Promise<ChangeBegun>;
  /** Asks the service itself for something with a token signed by that key. */
  tryKey(key: Secret, context: CallContext): Promise<KeyTried>;
  /** As consumers want it: the key alone, or a connection string. */
  published(key: Secret, format: "key" | "connection-string"): Secret;
}

/** What a provider whose policies have two keys offers. */
export interface KeyRotationProvider {
  /** One rotation at a time for each policy. */
  claimOf(request: OperationRequest): string;
  policyKeys(request: OperationRequest): PolicyKeys;
  /** What the operation's event says beside outcome and fingerprints. */
  resultOf(request: OperationRequest): JsonObject;
}

/** New keys that are made and not yet in the service everywhere: the same one for every try of one operation. */
export interface StagedKeys {
  /** Makes it when there is none. */
  take(operation: string, slot: Slot): Promise<Secret>;
  /** Whether they are there or not. */
  remove(operation: string): Promise<void>;
}

/** What was promised to consumers, with what became of it since. */
export interface Promised {
  readonly operation: string;
  readonly number: number;
  readonly since: number;
  readonly until: number;
  readonly untilThere?: number;
  /** Who has not said yet that it uses the key published last. */
  readonly missing: readonly string[];
  /** Fingerprints by target and secret. */
  readonly published: Readonly<Record<string, string>>;
}

export interface Promises {
  read(resource: string): Promise<Promised | undefined>;
  /** Does nothing for a rotation that others have come after; `until: 0` says that nothing is left to promise. */
  keep(resource: string, promise: Omit<PromiseRecord, "kind" | "v" | "resource" | "nonce">): Promise<void>;
}

/** All that a rotation works with. */
export interface KeyRotation extends KeyRotationProvider {
  /** Refuses, where it is used, secrets that requests may not publish. @throws PermanentError when there is no such target */
  target(publication: Publication): PublishTarget;
  /** The key in what was published in either format. */
  keyIn(published: Secret): Secret;
  readonly staged: StagedKeys;
  readonly promises: Promises;
  /** Milliseconds since 1970; see `Clock`. */
  now(): number;
  wallMs(): number;
}
