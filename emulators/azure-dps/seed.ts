import { normalLocation } from "./locations.ts";
import { mergePolicies } from "./merge-policies.ts";
import { parseRights } from "./rights.ts";
import type {
  AzureDpsScenario,
  DenialSeed,
  EnrollmentSeed,
  HubLinkSeed,
  HubSeed,
  PolicySeed,
  ServiceSeed,
  SubscriptionSeed,
} from "./scenario.ts";
import { type Enrollment, key, type LinkedHub, newEtag, type Policy, serviceNamed, type World } from "./world.ts";

/** Puts into the emulator what its API has no calls for, or would take time for. @throws Error when a reference leads nowhere */
export interface Seeder {
  subscription(seed: SubscriptionSeed): void;
  hub(seed: HubSeed): void;
  service(seed: ServiceSeed): void;
  enrollmentGroup(seed: EnrollmentSeed): void;
  enrollment(seed: EnrollmentSeed): void;
  /** In place of what was denied before; an empty list allows everything again. */
  denial(seed: DenialSeed): void;
}

const LOCATION = "westeurope";
const HUB_RIGHTS = "RegistryWrite, ServiceConnect, DeviceConnect";

export function createSeeder(world: World): Seeder {
  return {
    subscription: ({ id, resourceGroups }) => {
      const groups = new Map(resourceGroups.map((name) => [key(name), name]));
      world.subscriptions.set(key(id), { id, groups });
    },
    hub: (seed) => seedHub(world, seed),
    service: (seed) => seedService(world, seed),
    enrollmentGroup: (seed) => seedEnrollment(world, "enrollmentGroups", seed),
    enrollment: (seed) => seedEnrollment(world, "enrollments", seed),
    denial: ({ objectId, actions }) =>
      void world.denials.set(key(objectId), new Set(actions.map((action) => key(action)))),
  };
}

/** Everything of a scenario that is data, in the order in which one thing refers to another. */
export function seedAll(world: World, seed: Seeder, scenario: AzureDpsScenario): void {
  scenario.subscriptions?.forEach(seed.subscription);
  scenario.hubs?.forEach(seed.hub);
  scenario.services?.forEach(seed.service);
  scenario.enrollmentGroups?.forEach(seed.enrollmentGroup);
  scenario.enrollments?.forEach(seed.enrollment);
  scenario.denials?.forEach(seed.denial);
  scenario.clients?.forEach(world.entra.client);
  scenario.managedIdentities?.forEach(world.entra.managedIdentity);
}

function seedHub(world: World, { location = LOCATION, policies, ...seed }: HubSeed): void {
  checkGroup(world, seed, `hub "${seed.name}"`);
  const named = policies ?? [{ keyName: "iothubowner" }];
  const full = named.map((policy) => ({
    rights: HUB_RIGHTS,
    primaryKey: world.secrets.key(),
    secondaryKey: world.secrets.key(),
    ...policy,
  }));
  world.hubs.set(key(seed.name), { ...seed, location, policies: full });
}

function seedService(world: World, seed: ServiceSeed): void {
  const { subscriptionId, resourceGroup, name } = seed;
  checkGroup(world, seed, `service "${name}"`);
  world.services.set(key(subscriptionId, resourceGroup, name), {
    subscriptionId,
    resourceGroup,
    name,
    location: normalLocation(seed.location ?? LOCATION),
    idScope: seed.idScope ?? `0ne${world.secrets.hex(8)}`,
    config: {
      tags: seed.tags ?? {},
      sku: { name: "S1", tier: "Standard", capacity: 1 },
      allocationPolicy: seed.allocationPolicy ?? "Hashed",
      policies: seed.policies?.map((policy) => policyOfSeed(world, policy)) ?? mergePolicies(world, undefined, null),
      hubs: (seed.hubs ?? []).map((link) => linkOf(world, link, name)),
      newer: { ...seed.newer },
    },
    etag: newEtag(world),
    state: seed.state ?? "Active",
    provisioningState: "Succeeded",
    pending: null,
    certificates: new Map(),
    enrollments: new Map(),
    groups: new Map(),
    registrations: new Map(),
  });
}

export function policyOfSeed(world: World, { keyName, rights, ...keys }: PolicySeed): Policy {
  const parsed = parseRights(rights);
  if (parsed === null) throw new Error(`Expected rights of the policy "${keyName}", got "${rights}"`);
  return { keyName, primaryKey: world.secrets.key(), secondaryKey: world.secrets.key(), ...keys, rights: parsed };
}

function linkOf(world: World, link: HubLinkSeed, service: string): LinkedHub {
  const hub = world.hubs.get(key(link.name));
  const policy = hub?.policies.find(({ keyName }) => key(keyName) === key(link.keyName));
  if (hub === undefined || policy === undefined) throw unseeded("hub and policy", `service "${service}"`, link.name);
  return {
    name: `${hub.name}.azure-devices.net`,
    keyName: policy.keyName,
    key: policy.primaryKey,
    location: hub.location,
    applyAllocationPolicy: link.applyAllocationPolicy ?? true,
    allocationWeight: link.allocationWeight ?? 1,
  };
}

function seedEnrollment(world: World, kind: Enrollment["kind"], { service: name, id, ...keys }: EnrollmentSeed): void {
  const service = serviceNamed(world, name);
  if (service === undefined) throw unseeded("service", `enrollment "${id}"`, name);
  const atMs = world.timeline.now();
  const enrollment: Enrollment = {
    kind,
    id,
    etag: world.newId(),
    createdAtMs: atMs,
    updatedAtMs: atMs,
    primaryKey: world.secrets.key(),
    secondaryKey: world.secrets.key(),
    ...keys,
    fields: {},
    attestationType: "symmetricKey",
    attestation: { type: "symmetricKey" },
  };
  (kind === "enrollments" ? service.enrollments : service.groups).set(key(id), enrollment);
}

function checkGroup(world: World, place: { subscriptionId: string; resourceGroup: string }, owner: string): void {
  const group = world.subscriptions.get(key(place.subscriptionId))?.groups.get(key(place.resourceGroup));
  if (group === undefined) throw unseeded("resource group", owner, place.resourceGroup);
}

function unseeded(what: string, owner: string, id: string): Error {
  return new Error(`Expected the ${what} of ${owner} to be seeded before it, got ${id}`);
}
