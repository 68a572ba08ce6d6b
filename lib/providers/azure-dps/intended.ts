import { PermanentError } from "../../contracts/errors.ts";
import { canonicalJson } from "../../contracts/identifiers.ts";
import type { Secret } from "../../contracts/secret.ts";
import { hostOf, type LinkedHub, type Policy, type ServiceDocument, sameName } from "./document.ts";
import { provider } from "./errors.ts";
import { sameKey } from "./keys.ts";

/** What of a policy may differ from what was read. */
export type PolicyPart = "primaryKey" | "secondaryKey" | "rights" | "added" | "removed";

/** What a write is meant to change; everything that is not named here has to be as it was read. */
export interface Intended {
  /** By the policy's name. */
  readonly policies?: Readonly<Record<string, readonly PolicyPart[]>>;
  /** Hosts of hubs whose links are added, changed or removed. */
  readonly hubs?: readonly string[];
  readonly tags?: boolean;
  readonly allocationPolicy?: boolean;
  readonly sku?: boolean;
}

/**
 * The last look at a body before it replaces everything: a PUT deletes what it leaves out, so that a defect here would cost keys,
 * links or tags. Compares what was read with what would be written, apart from the code that made the one out of the other.
 * @throws PermanentError naming the first difference that nobody asked for; nothing is sent then
 */
export function requireIntended(read: ServiceDocument, written: ServiceDocument, intended: Intended): void {
  const refuse = (what: string): never => {
    throw new PermanentError(
      `Expected a write that changes nothing but what was asked for in service ${read.name}, got one that also changes ${what}: report it as a defect of Drover, nothing was sent`,
      { provider, code: "unintended-change" },
    );
  };
  for (const name of namesOf(read.policies, written.policies)) {
    const parts = partsOf(intended, name);
    const difference = policyDifference(named(read.policies, name), named(written.policies, name), parts);
    if (difference !== undefined) refuse(`${difference} of policy ${name}`);
  }
  if ((read.policies === undefined) !== (written.policies === undefined)) refuse("whether policies are written");
  compareHubs(read, written, intended.hubs ?? [], refuse);
  const plain = {
    tags: [read.tags, written.tags, intended.tags],
    "the allocation policy": [read.allocationPolicy, written.allocationPolicy, intended.allocationPolicy],
    "the SKU": [read.sku, written.sku, intended.sku],
    "the location": [read.location, written.location, false],
    "newer settings": [read.newer, written.newer, false],
  };
  for (const [what, [before, after, allowed]] of Object.entries(plain)) {
    if (allowed !== true && canonicalJson(before) !== canonicalJson(after)) refuse(what);
  }
}

function policyDifference(before: readonly Policy[], after: readonly Policy[], parts: readonly PolicyPart[]) {
  const [old, ...twins] = before;
  const [young, ...others] = after;
  if (twins.length + others.length > 0) return "the number";
  if (old === undefined) return parts.includes("added") ? undefined : "the existence";
  if (young === undefined) return parts.includes("removed") ? undefined : "the existence";
  if (old.keyName !== young.keyName) return "the name";
  // Verbatim: what the service implies is its own business.
  if (old.rights !== young.rights && !parts.includes("rights")) return "the rights";
  for (const slot of ["primaryKey", "secondaryKey"] as const) {
    if (young[slot] === undefined || young[slot].reveal() === "") return `the ${slot}, which it lacks,`;
    if (!parts.includes(slot) && !sameKey(old[slot], young[slot])) return `the ${slot}`;
  }
  return undefined;
}

function compareHubs(
  read: ServiceDocument,
  written: ServiceDocument,
  intended: readonly string[],
  refuse: (what: string) => never,
): void {
  const untouched = (hubs: readonly LinkedHub[] | undefined) =>
    (hubs ?? []).filter((hub) => !intended.some((host) => sameName(hostOf(hub) ?? "", host))).map(hubText);
  const [before, after] = [untouched(read.iotHubs), untouched(written.iotHubs)];
  if (canonicalJson(before.toSorted()) !== canonicalJson(after.toSorted())) refuse("linked hubs");
  if (intended.length === 0 && (read.iotHubs === undefined) !== (written.iotHubs === undefined)) {
    refuse("whether linked hubs are written");
  }
}

/** For comparing only; it is never shown. */
function hubText({ connectionString, ...rest }: LinkedHub): string {
  return canonicalJson([connectionString.reveal(), rest]);
}

function namesOf(...lists: (readonly Policy[] | undefined)[]): ReadonlySet<string> {
  return new Set(lists.flatMap((policies) => (policies ?? []).map(({ keyName }) => keyName.toLowerCase())));
}

function named(policies: readonly Policy[] | undefined, name: string): readonly Policy[] {
  return (policies ?? []).filter(({ keyName }) => sameName(keyName, name));
}

function partsOf({ policies = {} }: Intended, name: string): readonly PolicyPart[] {
  return Object.entries(policies).find(([keyName]) => sameName(keyName, name))?.[1] ?? [];
}

/** The parts that a replacement of keys changes. */
export function keyParts(keys: { readonly primary?: Secret; readonly secondary?: Secret }): readonly PolicyPart[] {
  return [...(keys.primary ? (["primaryKey"] as const) : []), ...(keys.secondary ? (["secondaryKey"] as const) : [])];
}
