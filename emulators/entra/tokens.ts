import type { EntraWorld, IssuedToken, Principal } from "./world.ts";

/** Above this many, expired tokens are swept out before another is issued. */
const SWEEP_ABOVE = 1_000;

/** A token is a random string that only this emulator knows: nothing in it can be parsed, as it should be for a client. */
export function issueToken(
  world: EntraWorld,
  principal: Principal,
  scope: string,
  atMs: number,
): { token: string; expiresAtMs: number } {
  if (world.tokens.size > SWEEP_ABOVE) sweep(world.tokens, atMs);
  const token = `${world.tokenPrefix ?? ""}${`${world.newId()}${world.newId()}`.replaceAll("-", "")}`;
  const expiresAtMs = atMs + world.settings.tokenLifetimeSeconds * 1_000;
  world.tokens.set(token, { objectId: principal.objectId, scope, expiresAtMs });
  return { token, expiresAtMs };
}

/** Who may call the API with this token, or null when it is unknown, expired or for something else. */
export function tokenHolder(world: EntraWorld, token: string, atMs: number): Principal | null {
  const issued = world.tokens.get(token);
  if (issued === undefined || issued.expiresAtMs <= atMs || issued.scope !== world.settings.scope) return null;
  return world.principals.find(({ objectId }) => objectId === issued.objectId) ?? null;
}

export function issuedScopes(world: EntraWorld): readonly string[] {
  return [world.settings.scope, ...world.settings.otherScopes];
}

function sweep(tokens: Map<string, IssuedToken>, atMs: number): void {
  for (const [token, { expiresAtMs }] of tokens) if (expiresAtMs <= atMs) tokens.delete(token);
}
