import { wholeSeconds } from "./times.ts";
import type { Config, Deployment, World } from "./world.ts";

export function addRow(world: World, row: Deployment): void {
  world.deployments.set(row.id, row);
  grow(world.references, row.configId, row.id);
  grow(world.rowsByServer, row.serverId, row.id);
}

export function removeRow(world: World, row: Deployment, atMs: number): void {
  row.deletedAtMs = atMs;
  world.references.get(row.configId)?.delete(row.id);
  world.rowsByServer.get(row.serverId)?.delete(row.id);
}

export function pointRow(world: World, row: Deployment, configId: string): void {
  world.references.get(row.configId)?.delete(row.id);
  row.configId = configId;
  grow(world.references, configId, row.id);
}

export function isReferenced(world: World, configId: string): boolean {
  return (world.references.get(configId)?.size ?? 0) > 0;
}

/** By time of creation, whose resolution is a second, then by id. */
export function rowsOf(world: World, serverId: string | null): readonly Deployment[] {
  const ids = serverId === null ? world.deployments.keys() : (world.rowsByServer.get(serverId) ?? []);
  const rows = [...ids]
    .flatMap((id) => world.deployments.get(id) ?? [])
    .filter(({ deletedAtMs }) => deletedAtMs === null);
  return rows.sort((a, b) => wholeSeconds(a.createdAtMs) - wholeSeconds(b.createdAtMs) || (a.id < b.id ? -1 : 1));
}

/** What the agent of a server reads: the configs of its rows, one for each row, by name. */
export function metadataOf(world: World, rows: readonly Deployment[]): readonly Config[] {
  const configs = rows.flatMap(({ configId }) => world.configs.get(configId) ?? []);
  return configs.sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : (a.name ?? "") > (b.name ?? "") ? 1 : 0));
}

function grow(index: Map<string, Set<string>>, name: string, id: string): void {
  const ids = index.get(name) ?? new Set();
  index.set(name, ids.add(id));
}
