import type { IssuedToken, Principal } from "../entra/world.ts";
import type { Random } from "../random.ts";
import type { Timeline } from "../timeline.ts";
import type { Outcomes } from "./outcomes.ts";
import type { DeviceSeed, OutcomeScript } from "./scenario.ts";
import type { Settings } from "./settings.ts";

export type { IssuedToken, Principal };

export interface Tenant {
  readonly id: string;
  readonly name: string;
}

export interface Product {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
}

export interface DeviceGroup {
  readonly id: string;
  readonly tenantId: string;
  readonly productId: string;
  readonly name: string;
  readonly description: string | null;
  readonly osFeedType: number;
  readonly updatePolicy: number;
  readonly allowCrashDumpsCollection: boolean;
  /** In order of landing; the last one is current. */
  readonly deployments: Deployment[];
}

export interface Deployment {
  readonly id: string;
  readonly tenantId: string;
  readonly deviceGroupId: string;
  readonly imageIds: readonly string[];
  readonly atMs: number;
}

export interface Image {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly componentId: string;
  readonly description: string | null;
  readonly type: number;
  readonly status: string;
}

export interface OperationResult {
  readonly state: 2 | 3 | 4;
  readonly error: { readonly code: number; readonly message: string | null } | null;
  /** The message that the details read gives instead of the error's own. */
  readonly detailsMessage: string | null;
  /** The deployment or image that came of it. */
  readonly resourceId: string | null;
  readonly atMs: number;
}

export interface Operation {
  readonly id: string;
  readonly tenantId: string;
  /** 5 DeployToDeviceGroup, 7 ImageUpload. */
  readonly type: 5 | 7;
  readonly deviceGroupId: string | null;
  readonly imageIds: readonly string[];
  readonly script: OutcomeScript | null;
  /** Drawn when the operation is created, so that ids do not depend on when somebody looks. */
  readonly reservedId: string;
  readonly createdAtMs: number;
  readonly startsAtMs: number;
  /** When the work is over: the end, or the beginning of an unknown state. */
  readonly workedAtMs: number;
  /** Infinity when it never ends. */
  readonly endsAtMs: number;
  result: OperationResult | null;
}

/** A list as it was when its first page was read; later pages come from it. */
export interface Listing {
  readonly path: string;
  readonly items: readonly unknown[];
  readonly offset: number;
}

/** Keys of all maps are lower case: UUIDs compare without case. */
export interface World {
  settings: Settings;
  readonly newId: () => string;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly outcomes: Outcomes;
  readonly tenants: Map<string, Tenant>;
  readonly products: Map<string, Product>;
  readonly groups: Map<string, DeviceGroup>;
  readonly images: Map<string, Image>;
  readonly devices: Map<string, DeviceSeed>;
  readonly deployments: Map<string, Deployment>;
  readonly operations: Map<string, Operation>;
  readonly principals: Principal[];
  /** By `tenant/object`. */
  readonly roles: Map<string, readonly string[]>;
  readonly tokens: Map<string, IssuedToken>;
  readonly listings: Map<string, Listing>;
  rateWindow: { startsAtMs: number; requests: number };
}

export const READY = "Succeeded";

/** Ids compare without case; image ids are unique within a tenant only. */
export function key(...ids: readonly string[]): string {
  return ids.join("/").toLowerCase();
}

export function roleNames(world: World, tenantId: string, objectId: string): readonly string[] {
  return world.roles.get(key(tenantId, objectId)) ?? [];
}

/** Deployment `imageIds` becomes what the devices of the group are told to install. */
export function addDeployment(
  world: World,
  group: DeviceGroup,
  id: string,
  imageIds: readonly string[],
  atMs: number,
): void {
  const deployment = { id, tenantId: group.tenantId, deviceGroupId: group.id, imageIds, atMs };
  group.deployments.push(deployment);
  world.deployments.set(key(id), deployment);
}
