import type {
  AzureSphereScenario,
  ClientSeed,
  DeviceGroupSeed,
  DeviceSeed,
  ImageSeed,
  ManagedIdentitySeed,
  ProductSeed,
  RoleSeed,
  TenantSeed,
} from "./scenario.ts";
import { addDeployment, type DeviceGroup, key, type Principal, READY, type Tenant, type World } from "./world.ts";

/** Puts into the emulator what its API has no calls for. The same id again replaces. @throws Error when a reference leads nowhere */
export interface Seeder {
  tenant(seed: TenantSeed): void;
  product(seed: ProductSeed): void;
  deviceGroup(seed: DeviceGroupSeed): void;
  image(seed: ImageSeed): void;
  device(seed: DeviceSeed): void;
  client(seed: ClientSeed): void;
  managedIdentity(seed: ManagedIdentitySeed): void;
  /** Grants roles in a tenant in place of the ones before; an empty list takes them away. */
  role(seed: RoleSeed): void;
}

export function createSeeder(world: World): Seeder {
  return {
    tenant: (seed) => void world.tenants.set(key(seed.id), { id: seed.id, name: seed.name }),
    product: (seed) => {
      const tenant = tenantOf(world, seed, `product "${seed.name}"`);
      world.products.set(key(seed.id), { ...seed, tenantId: tenant.id });
    },
    deviceGroup: (seed) => seedGroup(world, seed),
    image: (seed) => {
      const tenant = tenantOf(world, seed, `image "${seed.name}"`);
      const image = { description: null, type: 10, status: READY, ...seed, tenantId: tenant.id };
      world.images.set(key(tenant.id, seed.id), image);
    },
    device: (seed) => {
      const tenant = tenantOf(world, seed, "device");
      if (!world.groups.has(key(seed.deviceGroupId))) throw unseeded("device group", "device", seed.deviceGroupId);
      world.devices.set(key(seed.id), { ...seed, tenantId: tenant.id });
    },
    client: (seed) => addPrincipal(world, { ...seed, kind: "client" }),
    managedIdentity: ({ identityHeader, ...seed }) =>
      addPrincipal(world, { ...seed, secret: identityHeader, kind: "managed-identity" }),
    role: (seed) => {
      tenantOf(world, seed, "role");
      const known = world.principals.some(({ objectId }) => key(objectId) === key(seed.objectId));
      if (!known) throw unseeded("object id", "role", seed.objectId);
      world.roles.set(key(seed.tenantId, seed.objectId), seed.roleNames);
    },
  };
}

/** Everything of a scenario that is data, in the order in which one thing refers to another. */
export function seedAll(seed: Seeder, scenario: AzureSphereScenario): void {
  scenario.tenants?.forEach(seed.tenant);
  scenario.products?.forEach(seed.product);
  scenario.groups?.forEach(seed.deviceGroup);
  scenario.images?.forEach(seed.image);
  scenario.devices?.forEach(seed.device);
  scenario.clients?.forEach(seed.client);
  scenario.managedIdentities?.forEach(seed.managedIdentity);
  scenario.roles?.forEach(seed.role);
}

function seedGroup(world: World, { currentDeployment, ...seed }: DeviceGroupSeed): void {
  const tenant = tenantOf(world, seed, `device group "${seed.name}"`);
  const product = world.products.get(key(seed.productId));
  if (product === undefined) throw unseeded("product", `device group "${seed.name}"`, seed.productId);
  const group: DeviceGroup = {
    description: null,
    osFeedType: 0,
    updatePolicy: 0,
    allowCrashDumpsCollection: false,
    ...seed,
    tenantId: tenant.id,
    productId: product.id,
    deployments: [],
  };
  world.groups.set(key(seed.id), group);
  if (currentDeployment === undefined) return;
  addDeployment(world, group, currentDeployment.id, currentDeployment.imageIds, world.timeline.now());
}

function addPrincipal(world: World, principal: Principal): void {
  const { principals } = world;
  const known = principals.findIndex(
    ({ kind, clientId }) => kind === principal.kind && key(clientId) === key(principal.clientId),
  );
  principals.splice(known < 0 ? principals.length : known, 1, principal);
}

function tenantOf(world: World, { tenantId }: { readonly tenantId: string }, owner: string): Tenant {
  const tenant = world.tenants.get(key(tenantId));
  if (tenant === undefined) throw unseeded("tenant", owner, tenantId);
  return tenant;
}

function unseeded(what: string, owner: string, id: string): Error {
  return new Error(`Expected the ${what} of ${owner} to be seeded before it, got ${id}`);
}
