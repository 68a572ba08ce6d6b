import { applySignal } from "./signal.ts";
import type { World } from "./world.ts";

/** False when there is no such resource. A row that listens no longer is no reason to refuse. */
export function signalStack(world: World, stackId: string, resource: string, details: unknown, atMs: number): boolean {
  const row = world.deployments.get(world.stacks.get(stackId)?.deployments.get(resource) ?? "");
  const config = world.configs.get(row?.configId ?? "");
  if (row === undefined || row.deletedAtMs !== null || config === undefined) return false;
  applySignal(row, config, details, atMs);
  return true;
}
