import { createHash } from "node:crypto";
import { canonicalJson } from "../../contracts/identifiers.ts";
import type { PolicySeen } from "../../contracts/key-rotation.ts";
import { connectionStringOf } from "./connection-string.ts";
import { type LinkedHub, type Policy, policyIn, type ServiceDocument, sameName } from "./document.ts";
import { fingerprintOf } from "./keys.ts";
import { canonicalRights } from "./rights.ts";

/**
 * What is stored of a service between two steps of a rotation: fingerprints of the policy's keys, and a hash of each area around them.
 * Two reads of the same thing have the same hashes, whatever order, case or implied rights they come with.
 */
export function seenOf(document: ServiceDocument, keyName: string): PolicySeen {
  const policy = policyIn(document, keyName);
  return {
    fingerprints: { primary: shown(policy.primaryKey), secondary: shown(policy.secondaryKey) },
    around: aroundOf(document, keyName),
  };
}

/** Hashes of everything that a change of one policy's keys must leave alone, by area. Without a name: of everything. */
export function aroundOf(document: ServiceDocument, keyName?: string): PolicySeen["around"] {
  const { policies = [], iotHubs = [], tags = {}, allocationPolicy, sku, location, newer } = document;
  const areas = {
    policies: policies.map((policy) => policyRow(policy, keyName !== undefined && sameName(policy.keyName, keyName))),
    hubs: iotHubs.map(hubRow),
    tags: Object.entries(tags).map(([name, value]) => canonicalJson([name, value])),
    allocation: [allocationPolicy?.toLowerCase() ?? ""],
    sku: [canonicalJson([sku.name.toLowerCase(), sku.capacity ?? null, location.toLowerCase().replaceAll(" ", "")])],
    ...(newer === undefined ? {} : { newer: [canonicalJson(newer)] }),
  };
  return Object.fromEntries(Object.entries(areas).map(([area, rows]) => [area, hashOf(rows)]));
}

/** @param own whether its keys are what changes */
function policyRow({ keyName, rights, primaryKey, secondaryKey }: Policy, own: boolean): string {
  const keys = own ? [] : [shown(primaryKey), shown(secondaryKey)];
  return canonicalJson([keyName.toLowerCase(), canonicalRights(rights), ...keys]);
}

/** A read never shows a hub's key, so that only the name of the key stands for it. */
function hubRow(hub: LinkedHub): string {
  const link = connectionStringOf(hub.connectionString);
  const { location, applyAllocationPolicy, allocationWeight } = hub;
  return canonicalJson([
    link?.hostName.toLowerCase() ?? fingerprintOf(hub.connectionString),
    link?.keyName ?? "",
    location.toLowerCase().replaceAll(" ", ""),
    applyAllocationPolicy ?? null,
    allocationWeight ?? null,
  ]);
}

function shown(key: Policy["primaryKey"]): string {
  return key === undefined ? "" : fingerprintOf(key);
}

function hashOf(rows: readonly string[]): string {
  return createHash("sha256").update(canonicalJson(rows.toSorted())).digest("hex").slice(0, 16);
}
