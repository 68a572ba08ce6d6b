import type { Json, JsonObject } from "../../../contracts/json.ts";
import type { Secret } from "../../../contracts/secret.ts";
import { scrub } from "../../scrub.ts";
import { connectionStringOf } from "../connection-string.ts";
import { dateMsOf } from "../dates.ts";
import { fingerprintOf, isMasked } from "../keys.ts";
import { withoutKeys } from "../said.ts";
import type { Certificate, Hub, ListedOperation, ListedPolicy, OperationResult, ServiceDescription } from "../wire.ts";
import { shownOf } from "./certificates.ts";

/** What events and results may say of what was read, field by field: no key, no connection string, no link to follow. */

export function shownService({ name, etag, location, sku, tags, properties }: ServiceDescription): JsonObject {
  const { state, provisioningState, idScope, allocationPolicy, iotHubs } = properties;
  const { deviceProvisioningHostName, serviceOperationsHostName, publicNetworkAccess, disableLocalAuth } = properties;
  return {
    ...present({ name, etag, location, state, provisioningState, idScope, allocationPolicy }),
    ...present({ deviceProvisioningHostName, serviceOperationsHostName }),
    sku: { name: sku.name, ...present({ tier: sku.tier, capacity: sku.capacity }) },
    ...(tags ? { tags } : {}),
    ...(iotHubs ? { iotHubs: iotHubs.map(shownHub) } : {}),
    ...(typeof publicNetworkAccess === "string" ? { publicNetworkAccess } : {}),
    ...(typeof disableLocalAuth === "boolean" ? { disableLocalAuth } : {}),
  };
}

function shownHub({ name, connectionString, location, applyAllocationPolicy, allocationWeight }: Hub): JsonObject {
  const link = connectionString ? connectionStringOf(connectionString) : undefined;
  const { hostName, keyName } = link ?? {};
  return present({ name: name ?? hostName, keyName, location, applyAllocationPolicy, allocationWeight });
}

export function shownPolicy({ keyName, rights, primaryKey, secondaryKey }: ListedPolicy): JsonObject {
  return {
    keyName,
    rights,
    fingerprints: { primary: fingerprint(primaryKey), secondary: fingerprint(secondaryKey) },
  };
}

/** Of a random key a fingerprint says nothing; a mask is none. */
function fingerprint(key: Secret | null | undefined): string | null {
  return key && key.reveal() !== "" && !isMasked(key.reveal()) ? fingerprintOf(key) : null;
}

export function shownCertificate(certificate: Certificate): JsonObject {
  const { name, etag, properties } = certificate;
  const { thumbprint, created, updated } = properties;
  return {
    ...present({ name, etag, thumbprint }),
    ...shownOf(certificate),
    ...present({ created: isoOf(created), updated: isoOf(updated) }),
  };
}

function isoOf(text: string | null | undefined): string | undefined {
  const ms = dateMsOf(text);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

export function shownOperation({ name, display }: ListedOperation): JsonObject {
  const { provider, resource, operation } = display ?? {};
  return present({ name, provider, resource, operation });
}

export function shownStatus(result: OperationResult): JsonObject {
  const { code, message } = result?.error ?? {};
  const text = (value: unknown) =>
    typeof value === "string" || typeof value === "number" ? scrub(withoutKeys(String(value))) : undefined;
  return present({ status: text(result?.status), code: text(code), message: text(message) });
}

/** The first so many that fit. */
export function bounded(
  items: readonly Json[],
  maxBytes: number,
): { readonly kept: readonly Json[]; readonly left: number } {
  let bytes = 0;
  const fits = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return bytes > maxBytes;
  });
  const kept = fits < 0 ? items : items.slice(0, fits);
  return { kept, left: items.length - kept.length };
}

function present(fields: Readonly<Record<string, string | number | boolean | null | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined || value === null ? [] : [[key, value]])),
  );
}
