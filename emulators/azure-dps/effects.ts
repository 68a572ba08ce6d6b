import type { Effect, World } from "./world.ts";

export function note(
  world: World,
  atMs: number,
  kind: string,
  resource: string,
  detail: Effect["detail"] = {},
  by: Effect["by"] = "caller",
): void {
  world.effects.push({ atMs, kind, resource, by, detail });
}
