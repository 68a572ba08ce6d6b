import { PermanentError } from "../../contracts/errors.ts";
import type { Secret } from "../../contracts/secret.ts";
import { listed } from "../quoted.ts";
import type { LinkedHub, Policy, ServiceDocument } from "./document.ts";
import { provider } from "./errors.ts";
import { isMasked } from "./keys.ts";
import { models, newerSettingNames, newerSettings } from "./versions.ts";
import type { Hub, ListedPolicy, ServiceDescription } from "./wire.ts";

/**
 * The complete body of a write, from a GET and the keys that were listed after it: changed in nothing, it changes nothing. Policies come
 * from the list alone, since a GET shows none, or an empty list that would delete them all.
 * @throws PermanentError when something would be lost by writing it
 */
export function editable(
  description: ServiceDescription,
  keys: readonly ListedPolicy[],
  { name, apiVersion }: { readonly name: string; readonly apiVersion: string },
): ServiceDocument {
  const { etag, location, sku, tags, properties } = description;
  const { allocationPolicy, iotHubs } = properties;
  if (keys.length === 0) {
    throw refuse(
      `Expected at least one policy of service ${name}, got an empty list: writing it back would delete what it does not show`,
      "keys-not-listed",
    );
  }
  return {
    name,
    ...(etag ? { etag } : {}),
    location,
    sku: { name: sku.name, ...(typeof sku.capacity === "number" ? { capacity: sku.capacity } : {}) },
    ...(tags ? { tags } : {}),
    ...(allocationPolicy ? { allocationPolicy } : {}),
    ...(iotHubs ? { iotHubs: iotHubs.map((hub) => linkOf(hub, name)) } : {}),
    policies: keys.map((policy) => policyOf(policy, name)),
    ...newerOf(description, apiVersion),
  };
}

function policyOf({ keyName, rights, primaryKey, secondaryKey }: ListedPolicy, service: string): Policy {
  return {
    keyName,
    rights,
    primaryKey: shownKey(primaryKey, "primary", keyName, service),
    secondaryKey: shownKey(secondaryKey, "secondary", keyName, service),
  };
}

/** A policy that is written without a key may get a new one: an outage for everybody who uses it. */
function shownKey(key: Secret | null | undefined, slot: string, keyName: string, service: string): Secret {
  if (key && key.reveal() !== "" && !isMasked(key.reveal())) return key;
  throw refuse(
    `Expected the ${slot} key of policy ${listed([keyName])} of service ${service}, got a list that does not show it: give the connection's identity Microsoft.Devices/provisioningServices/listkeys/action`,
    "keys-not-listed",
  );
}

function linkOf(hub: Hub, service: string): LinkedHub {
  const { connectionString, location, applyAllocationPolicy, allocationWeight } = hub;
  if (!connectionString || !location || linksByIdentity(hub)) {
    throw refuse(
      `Expected a connection string and a location of each hub linked to service ${service}, got ${listed([hub.name ?? "one"])} that is linked otherwise: Drover cannot write it, so make the change where the hub was linked`,
      "would-reset",
    );
  }
  return {
    connectionString,
    location,
    ...(typeof applyAllocationPolicy === "boolean" ? { applyAllocationPolicy } : {}),
    ...(typeof allocationWeight === "number" ? { allocationWeight } : {}),
  };
}

/** Newer api-versions can link a hub without any key. */
export function linksByIdentity({ authenticationType }: Pick<Hub, "authenticationType">): boolean {
  return typeof authenticationType === "string" && authenticationType.toLowerCase() !== "keybased";
}

function newerOf(description: ServiceDescription, apiVersion: string): Pick<ServiceDocument, "newer"> {
  const all = { ...description.properties, identity: description.identity };
  const shown = newerSettingNames.filter(
    (name) => models(apiVersion, name) && all[name] !== undefined && all[name] !== null,
  );
  if (shown.length === 0) return {};
  const at = (place: "properties" | "top") =>
    Object.fromEntries(shown.filter((name) => newerSettings[name].at === place).map((name) => [name, all[name]]));
  return { newer: { properties: at("properties"), top: at("top") } };
}

function refuse(message: string, code: string): PermanentError {
  return new PermanentError(message, { provider, code });
}
