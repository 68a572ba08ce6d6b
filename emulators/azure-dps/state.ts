import { opens } from "./data-plane/allocation.ts";
import { stateOf } from "./description.ts";
import {
  type Certificate,
  type Effect,
  type Enrollment,
  type HubPolicy,
  key,
  type Policy,
  type ProvisioningService,
  type ServiceConfig,
  type ServiceOperation,
  serviceNamed,
  type World,
} from "./world.ts";

export interface ServiceView {
  readonly name: string;
  readonly resourceGroup: string;
  readonly subscriptionId: string;
  readonly idScope: string;
  readonly etag: string;
  /** As a read would show it now. */
  readonly state: string;
  readonly config: ServiceConfig;
}

/** What is true inside the emulator, for assertions. Every call first lets what is due happen. */
export interface StateView {
  service(name: string): ServiceView | null;
  services(): readonly ServiceView[];
  /** The policies in force, both slots of each. */
  policies(service: string): readonly Policy[];
  policy(service: string, keyName: string): Policy | null;
  certificates(service: string): readonly Certificate[];
  enrollment(service: string, kind: Enrollment["kind"], id: string): Enrollment | null;
  hubPolicies(hub: string): readonly HubPolicy[];
  /** Whether the service's stored credential for its link to the hub works. */
  linkWorks(service: string, hub: string): boolean;
  /** Everything that changed or was accepted, in order, with its time. */
  effects(): readonly Effect[];
  operations(): readonly Readonly<ServiceOperation>[];
  /** How many PUTs were accepted, whatever their callers were told. */
  acceptedWrites(service?: string): number;
  /** Every key that is or was in force or accepted anywhere, for a scan for leaks. */
  everyKey(): readonly string[];
  /** When something next ends or lands, or null: where a simulation may move its clock. */
  nextChangeMs(): number | null;
}

export function createStateView(world: World): StateView {
  const now = (): number => world.timeline.now();
  const find = (name: string): ProvisioningService | undefined => {
    now();
    return serviceNamed(world, name);
  };
  const policies = (name: string): readonly Policy[] => find(name)?.config.policies ?? [];
  return {
    service: (name) => {
      const service = find(name);
      return service === undefined ? null : view(service);
    },
    services: () => {
      now();
      return [...world.services.values()].map(view);
    },
    policies,
    policy: (name, keyName) => policies(name).find((policy) => key(policy.keyName) === key(keyName)) ?? null,
    certificates: (name) => [...(find(name)?.certificates.values() ?? [])],
    enrollment: (name, kind, id) => {
      const service = find(name);
      return (kind === "enrollments" ? service?.enrollments : service?.groups)?.get(key(id)) ?? null;
    },
    hubPolicies: (hub) => world.hubs.get(key(hub))?.policies ?? [],
    linkWorks: (name, hub) => {
      const link = find(name)?.config.hubs.find((each) => key(each.name) === key(`${hub}.azure-devices.net`));
      return link !== undefined && opens(world, link);
    },
    effects: () => {
      now();
      return [...world.effects];
    },
    operations: () => {
      now();
      return [...world.operations.values()];
    },
    acceptedWrites: (name) => {
      now();
      const accepted = /^(create|update|patch)-accepted$/;
      return world.effects.filter(
        (effect) => accepted.test(effect.kind) && (name === undefined || key(effect.resource) === key(name)),
      ).length;
    },
    everyKey: () => {
      now();
      const found = new Set<string>();
      const places = [world.effects.map(({ detail }) => detail), [...world.hubs.values()]];
      const services = [...world.services.values()].map(({ config, groups, enrollments }) => {
        return [config, [...groups.values()], [...enrollments.values()]];
      });
      collectKeys([...places, services], found);
      return [...found];
    },
    nextChangeMs: () => {
      now();
      return world.timeline.nextMs();
    },
  };
}

function view(service: ProvisioningService): ServiceView {
  const { name, resourceGroup, subscriptionId, idScope, etag, config } = service;
  return { name, resourceGroup, subscriptionId, idScope, etag, state: stateOf(service), config };
}

const KEY_FIELDS = new Set(["primaryKey", "secondaryKey", "key"]);

function collectKeys(value: unknown, into: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (typeof item === "string" && item.length >= 16 && KEY_FIELDS.has(name)) into.add(item);
    collectKeys(item, into);
  }
}
