import { expectAgent } from "./agents.ts";
import { addRow } from "./rows.ts";
import type * as Seeds from "./scenario.ts";
import type { World } from "./world.ts";

const DEFAULT_DOMAIN: Seeds.DomainSeed = { id: "default", name: "Default" };

/** Puts into the emulator what its API has no calls for. The same id again replaces. @throws Error when a reference leads nowhere */
export interface Seeder {
  project(seed: Seeds.ProjectSeed): void;
  user(seed: Seeds.UserSeed): void;
  applicationCredential(seed: Seeds.ApplicationCredentialSeed): void;
  server(seed: Seeds.ServerSeed): void;
  config(seed: Seeds.ConfigSeed): void;
  deployment(seed: Seeds.DeploymentSeed): void;
  container(seed: Seeds.ContainerSeed): void;
}

export function createSeeder(world: World): Seeder {
  return {
    project: ({ id, name, domain = DEFAULT_DOMAIN, tempUrlKeys = [] }) => {
      world.projects.set(id, { id, name, domain, tempUrlKeys });
    },
    user: (seed) => seedUser(world, seed),
    applicationCredential: (seed) => {
      demandProject(world, seed.projectId, `application credential "${seed.name}"`);
      if (!world.users.has(seed.userId)) throw unseeded("user", `application credential "${seed.name}"`, seed.userId);
      world.credentials.set(seed.id, seed);
    },
    server: (seed) => void world.servers.set(seed.id, seed),
    config: (seed) => seedConfig(world, seed),
    deployment: (seed) => seedDeployment(world, seed),
    container: ({ projectId, name, tempUrlKeys = [] }) => {
      demandProject(world, projectId, `container "${name}"`);
      world.containers.set(`${projectId}/${name}`, { projectId, name, tempUrlKeys, objects: new Map() });
    },
  };
}

/** Everything of a scenario that is data, in the order in which one thing refers to another. */
export function seedAll(seed: Seeder, scenario: Seeds.HeatScenario): void {
  scenario.projects?.forEach(seed.project);
  scenario.users?.forEach(seed.user);
  scenario.applicationCredentials?.forEach(seed.applicationCredential);
  scenario.servers?.forEach(seed.server);
  scenario.configs?.forEach(seed.config);
  scenario.deployments?.forEach(seed.deployment);
  scenario.containers?.forEach(seed.container);
}

function seedUser(world: World, { grants, apiKey, domain = DEFAULT_DOMAIN, ...seed }: Seeds.UserSeed): void {
  for (const { projectId } of grants) demandProject(world, projectId, `user "${seed.name}"`);
  const roles = new Map(grants.map(({ projectId, roles }) => [projectId, roles]));
  world.users.set(seed.id, { ...seed, domain, apiKey: apiKey ?? null, grants: roles });
}

function seedConfig(world: World, seed: Seeds.ConfigSeed): void {
  demandProject(world, seed.projectId, `config "${seed.name ?? seed.id}"`);
  const { name = null, group = null, config = null, inputs = [], outputs = [], options = {} } = seed;
  const createdAtMs = world.timeline.now();
  const { id, projectId } = seed;
  world.configs.set(id, { id, projectId, name, group, config, inputs, outputs, options, createdAtMs });
}

function seedDeployment(world: World, seed: Seeds.DeploymentSeed): void {
  demandProject(world, seed.projectId, `deployment ${seed.id}`);
  if (!world.configs.has(seed.configId)) throw unseeded("config", `deployment ${seed.id}`, seed.configId);
  const createdAtMs = world.timeline.now();
  addRow(world, {
    id: seed.id,
    projectId: seed.projectId,
    stackUserProjectId: seed.stackUserProjectId ?? null,
    serverId: seed.serverId,
    createdAtMs,
    configId: seed.configId,
    action: seed.action ?? null,
    status: seed.status ?? null,
    statusReason: seed.statusReason ?? "None",
    inputValues: seed.inputValues ?? {},
    outputValues: seed.outputValues ?? null,
    updatedAtMs: null,
    deletedAtMs: null,
  });
  expectAgent(world, seed.serverId, seed.configId, createdAtMs);
}

function demandProject(world: World, projectId: string, owner: string): void {
  if (!world.projects.has(projectId)) throw unseeded("project", owner, projectId);
}

function unseeded(what: string, owner: string, id: string): Error {
  return new Error(`Expected the ${what} of ${owner} to be seeded before it, got ${id}`);
}
