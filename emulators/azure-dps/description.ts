import { isTopLevel, knows, NEWER_PROPERTIES } from "./api-versions.ts";
import { showHub } from "./hub-link.ts";
import { showRights } from "./rights.ts";
import type { Policy, ProvisioningService, ServiceConfig, World } from "./world.ts";

export function servicePath(service: ProvisioningService): string {
  const { subscriptionId, resourceGroup, name } = service;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Devices/provisioningServices/${name}`;
}

export function serviceHost(service: ProvisioningService): string {
  return `${service.name}.azure-devices-provisioning.net`;
}

/** What a read shows: hubs masked, no keys, and only what the api-version knows. */
export function describe(world: World, service: ProvisioningService, apiVersion: string): object {
  return description(service, apiVersion, {
    config: service.config,
    etag: service.etag,
    state: stateOf(service),
    provisioningState: service.pending === null ? service.provisioningState : "Accepted",
    idScope: service.pending?.kind === "create" ? null : service.idScope,
    policies: world.settings.policiesInGet === "empty" ? [] : undefined,
  });
}

/** What an accepted PUT echoes: the wish, keys in clear when the request named policies. */
export function describeAccepted(
  world: World,
  service: ProvisioningService,
  apiVersion: string,
  wish: { readonly config: ServiceConfig; readonly etag: string | null; readonly echoesPolicies: boolean },
): object {
  const policies = wish.config.policies.map((policy) => showPolicy(world, policy));
  return description(service, apiVersion, {
    config: wish.config,
    etag: wish.etag,
    state: stateOf(service),
    provisioningState: "Accepted",
    idScope: null,
    policies: wish.echoesPolicies ? policies : undefined,
  });
}

export function showPolicy(world: World, policy: Policy): object {
  const { keyName, primaryKey, secondaryKey, rights } = policy;
  return { keyName, primaryKey, secondaryKey, rights: showRights(rights, world.settings.collapsedRights) };
}

const RUNNING = { create: "Activating", update: "Transitioning", patch: "Transitioning", delete: "Deleting" } as const;

export function stateOf({ pending, state }: ProvisioningService): string {
  return pending === null ? state : RUNNING[pending.kind];
}

interface Shown {
  readonly config: ServiceConfig;
  readonly etag: string | null;
  readonly state: string;
  readonly provisioningState: string;
  readonly idScope: string | null;
  readonly policies: readonly object[] | undefined;
}

function description(service: ProvisioningService, apiVersion: string, shown: Shown): object {
  const { config } = shown;
  const newer = Object.entries(config.newer).filter(([name]) => knows(apiVersion, name));
  return {
    ...(shown.etag === null ? {} : { etag: shown.etag }),
    id: servicePath(service),
    location: service.location,
    name: service.name,
    properties: {
      allocationPolicy: config.allocationPolicy,
      ...(shown.policies === undefined ? {} : { authorizationPolicies: shown.policies }),
      deviceProvisioningHostName: "global.azure-devices-provisioning.net",
      idScope: shown.idScope,
      iotHubs: config.hubs.map(showHub),
      provisioningState: shown.provisioningState,
      serviceOperationsHostName: serviceHost(service),
      state: shown.state,
      ...Object.fromEntries(newer.filter(([name]) => !isTopLevel(name))),
    },
    ...Object.fromEntries(newer.filter(([name]) => isTopLevel(name))),
    // Not in the contract, and in every real answer.
    resourcegroup: service.resourceGroup,
    sku: config.sku,
    subscriptionid: service.subscriptionId,
    tags: config.tags,
    type: "Microsoft.Devices/provisioningServices",
  };
}

export function newerPropertiesIn(apiVersion: string): readonly string[] {
  return NEWER_PROPERTIES.filter((name) => knows(apiVersion, name));
}
