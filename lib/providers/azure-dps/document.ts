import { PermanentError } from "../../contracts/errors.ts";
import type { Slot } from "../../contracts/publish-target.ts";
import type { Secret } from "../../contracts/secret.ts";
import { listed } from "../quoted.ts";
import { connectionStringOf } from "./connection-string.ts";
import { provider } from "./errors.ts";
import { requireKey } from "./keys.ts";

/** A policy as it is written. Without keys only when it is new: the service then makes them. */
export interface Policy {
  readonly keyName: string;
  readonly rights: string;
  readonly primaryKey?: Secret;
  readonly secondaryKey?: Secret;
}

/** A link to an IoT hub as it is written. */
export interface LinkedHub {
  /** With `****` for the key: the one that the service has stays. */
  readonly connectionString: Secret;
  readonly location: string;
  readonly applyAllocationPolicy?: boolean;
  readonly allocationWeight?: number;
}

/** Everything of a service that a PUT replaces: what is left out here may be deleted there. */
export interface ServiceDocument {
  readonly name: string;
  /** Of the read that it was made from. */
  readonly etag?: string;
  readonly location: string;
  readonly sku: { readonly name: string; readonly capacity?: number };
  readonly tags?: Readonly<Record<string, string>>;
  readonly allocationPolicy?: string;
  /** Absent only where the read showed none at all, not even an empty list. */
  readonly iotHubs?: readonly LinkedHub[];
  /** All of them, with all keys. Absent: left to the service, as for a new one. */
  readonly policies?: readonly Policy[];
  /** What the connection's api-version knows beside these, as it was read. */
  readonly newer?: {
    readonly properties: Readonly<Record<string, unknown>>;
    readonly top: Readonly<Record<string, unknown>>;
  };
}

/** Names of policies and hosts compare without case, as the service does. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** @throws PermanentError when there is none of that name */
export function policyIn({ name, policies = [] }: ServiceDocument, keyName: string): Policy {
  const policy = policies.find((candidate) => sameName(candidate.keyName, keyName));
  if (policy !== undefined) return policy;
  const names = listed(policies.map((candidate) => candidate.keyName));
  throw new PermanentError(
    `Expected policy ${keyName} in service ${name}, got ${names}: check the policy's name in the request`,
    { provider, code: "policy-not-found" },
  );
}

/** With those keys of one policy replaced. @throws PermanentError when there is no such policy, or a key is none */
export function withKeys(
  document: ServiceDocument,
  keyName: string,
  keys: Partial<Readonly<Record<Slot, Secret>>>,
): ServiceDocument {
  const policy = policyIn(document, keyName);
  for (const [slot, key] of Object.entries(keys)) {
    requireKey(key, `the new ${slot} key of policy ${policy.keyName}`);
  }
  const { primary = policy.primaryKey, secondary = policy.secondaryKey } = keys;
  return withPolicy(document, {
    keyName: policy.keyName,
    rights: policy.rights,
    ...(primary === undefined ? {} : { primaryKey: primary }),
    ...(secondary === undefined ? {} : { secondaryKey: secondary }),
  });
}

/**
 * With that policy added, or put in place of the one of its name. Keys that it does not name are those of the one before: a policy that
 * exists and is sent without keys may get new ones.
 */
export function withPolicy(document: ServiceDocument, policy: Policy): ServiceDocument {
  const { policies = [] } = document;
  const before = policies.find(({ keyName }) => sameName(keyName, policy.keyName));
  if (before === undefined) return { ...document, policies: [...policies, policy] };
  const merged = { ...before, ...policy, keyName: before.keyName };
  return { ...document, policies: policies.map((each) => (each === before ? merged : each)) };
}

/** @throws PermanentError when there is none of that name */
export function withoutPolicy(document: ServiceDocument, keyName: string): ServiceDocument {
  const gone = policyIn(document, keyName);
  return { ...document, policies: (document.policies ?? []).filter((policy) => policy !== gone) };
}

/** The host of a link; undefined when its connection string cannot be read. */
export function hostOf({ connectionString }: LinkedHub): string | undefined {
  return connectionStringOf(connectionString)?.hostName;
}

export function hubIn({ iotHubs = [] }: ServiceDocument, host: string): LinkedHub | undefined {
  return iotHubs.find((hub) => sameName(hostOf(hub) ?? "", host));
}

/** With that link added, or put in place of the one to the same hub; what it does not name stays. */
export function withHub(document: ServiceDocument, hub: LinkedHub): ServiceDocument {
  const host = hostOf(hub);
  if (host === undefined) {
    throw new PermanentError(
      "Expected the hub's connection string as HostName=…;SharedAccessKeyName=…;SharedAccessKey=…, got something else: store the one that the hub shows",
      { provider, code: "connection-string-unreadable" },
    );
  }
  const { iotHubs = [] } = document;
  const before = hubIn(document, host);
  requireRealKey(hub, before, host);
  if (before === undefined) return { ...document, iotHubs: [...iotHubs, hub] };
  return { ...document, iotHubs: iotHubs.map((each) => (each === before ? { ...before, ...hub } : each)) };
}

/** `****` stands for the key that the service has, and for nothing where there is none, or under another key's name. */
function requireRealKey(hub: LinkedHub, before: LinkedHub | undefined, host: string): void {
  const sent = connectionStringOf(hub.connectionString);
  if (sent?.masked !== true) return;
  const known = before && connectionStringOf(before.connectionString);
  if (known !== undefined && known.keyName === sent.keyName) return;
  throw new PermanentError(
    `Expected the connection string of hub ${host} with its key, got one with a mask: store the one that the hub shows`,
    { provider, code: "hub-key-masked" },
  );
}

/** @throws PermanentError when it is not linked */
export function withoutHub(document: ServiceDocument, host: string): ServiceDocument {
  const gone = hubIn(document, host);
  if (gone === undefined) {
    throw new PermanentError(`Expected a link to hub ${host} in service ${document.name}, got none: check its name`, {
      provider,
      code: "hub-not-linked",
    });
  }
  return { ...document, iotHubs: (document.iotHubs ?? []).filter((hub) => hub !== gone) };
}

/** With exactly these tags. */
export function withTags(document: ServiceDocument, tags: Readonly<Record<string, string>>): ServiceDocument {
  return { ...document, tags };
}

export function withAllocationPolicy(document: ServiceDocument, allocationPolicy: string): ServiceDocument {
  return { ...document, allocationPolicy };
}

export function withSku(document: ServiceDocument, sku: ServiceDocument["sku"]): ServiceDocument {
  return { ...document, sku };
}
