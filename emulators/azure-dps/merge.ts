import { fieldsOf } from "../exchange/call.ts";
import { BodyProblem, invalid } from "./body-problem.ts";
import { newerPropertiesIn } from "./description.ts";
import { mergeHubs } from "./merge-hubs.ts";
import { mergePolicies } from "./merge-policies.ts";
import type { ProvisioningService, ServiceConfig, World } from "./world.ts";

type Fields = Readonly<Record<string, unknown>>;

const ALLOCATION_POLICIES = ["Hashed", "GeoLatency", "Static"];

/** What a PUT makes of a service, by what it says and what it leaves out. @throws BodyProblem */
export function mergePut(
  world: World,
  current: ProvisioningService | null,
  body: Fields,
  location: string,
  apiVersion: string,
): ServiceConfig {
  const properties = fieldsOf(body["properties"]);
  if (properties === null) throw invalid("The property 'properties' is required.");
  const config = current?.config ?? null;
  return {
    tags: tagsOf(body["tags"]),
    sku: skuOf(body["sku"]),
    allocationPolicy: allocationPolicyOf(world, properties["allocationPolicy"], config),
    policies: mergePolicies(world, properties["authorizationPolicies"], config?.policies ?? null),
    hubs: mergeHubs(world, properties["iotHubs"], config?.hubs ?? []),
    newer: newerOf(world, { ...body, ...properties }, location, apiVersion, config),
  };
}

/** Absent tags are removed: an update does not merge them. @throws BodyProblem */
export function tagsOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const tags = fieldsOf(value);
  if (tags === null) throw invalid("The property 'tags' must be an object.");
  const entries = Object.entries(tags).map(([name, tag]): [string, string] => {
    if (typeof tag !== "string") throw invalid(`The tag '${name}' must be a string.`);
    return [name, tag];
  });
  return Object.fromEntries(entries);
}

function skuOf(value: unknown): ServiceConfig["sku"] {
  const sku = fieldsOf(value);
  if (sku === null) throw invalid("The property 'sku' is required.");
  const { name, capacity = 1 } = sku;
  if (name !== "S1") throw invalid("The sku must be S1.");
  if (typeof capacity !== "number" || !Number.isSafeInteger(capacity) || capacity < 1) {
    throw invalid("The sku's capacity must be an integer of at least 1.");
  }
  return { name, tier: "Standard", capacity };
}

function allocationPolicyOf(world: World, value: unknown, config: ServiceConfig | null): string {
  if (value === undefined || value === null) {
    const keeps = world.settings.absentAllocationPolicy === "keep";
    return keeps && config !== null ? config.allocationPolicy : "Hashed";
  }
  const known = ALLOCATION_POLICIES.find((name) => name === value);
  if (known === undefined) throw invalid(`The allocation policy must be one of ${ALLOCATION_POLICIES.join(", ")}.`);
  return known;
}

function newerOf(
  world: World,
  given: Fields,
  location: string,
  apiVersion: string,
  config: ServiceConfig | null,
): Fields {
  const visible = newerPropertiesIn(apiVersion);
  const unseen = Object.entries(config?.newer ?? {}).filter(([name]) => !visible.includes(name));
  const sent = visible.flatMap((name): [string, unknown][] =>
    given[name] === undefined || given[name] === null ? [] : [[name, given[name]]],
  );
  if (sent.some(([name, value]) => name === "enableDataResidency" && value === true)) {
    if (world.settings.noDataResidencyIn.includes(location)) {
      throw new BodyProblem(400_309, `Data residency is not supported in the region ${location}.`);
    }
  }
  return Object.fromEntries([...(world.settings.newerProperties === "keep" ? unseen : []), ...sent]);
}
