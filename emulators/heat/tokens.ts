import { createHash } from "node:crypto";
import type { IssuedToken, User, World } from "./world.ts";

/** Above this many, expired tokens are swept out before another is issued. */
const SWEEP_ABOVE = 1_000;

/** A role implies the ones after it. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = { admin: ["member", "reader"], member: ["reader"] };

export function withImplied(roles: readonly string[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => [role, ...(IMPLIED[role] ?? [])]))];
}

export interface Grant {
  readonly userId: string;
  readonly projectId: string | null;
  readonly roles: readonly string[];
}

/** A token is text that only this emulator knows: nothing in it can be parsed, as it should be for a client. */
export function issueToken(world: World, grant: Grant, atMs: number): IssuedToken {
  if (world.tokens.size > SWEEP_ABOVE) {
    for (const [name, { expiresAtMs }] of world.tokens) if (expiresAtMs <= atMs) world.tokens.delete(name);
  }
  const { tokenCharacters, tokenLifetimeSeconds } = world.settings;
  const expiresAtMs = Math.floor(atMs / 1_000 + tokenLifetimeSeconds) * 1_000;
  const token = tokenText(world.newId(), tokenCharacters);
  const issued: IssuedToken = { ...grant, token, expiresAtMs, usedAtMs: null, revokedAtMs: null };
  world.tokens.set(token, issued);
  return issued;
}

function tokenText(id: string, characters: number): string {
  let token = "gAAAAAB";
  for (let i = 0; token.length < characters; i++) {
    token += createHash("sha512").update(`${id}/${i}`).digest("base64url");
  }
  return token.slice(0, characters);
}

export function auditId(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 22);
}

/** A token that the login service itself still takes. */
export function liveToken(world: World, token: string | null, atMs: number): IssuedToken | null {
  const issued = token === null ? undefined : world.tokens.get(token);
  if (issued === undefined || issued.expiresAtMs <= atMs || issued.revokedAtMs !== null) return null;
  return issued;
}

/**
 * A token as the services see it. They keep what they have checked: a revoked token still works for a while if it was used before,
 * and so does a known one while the login service is down. Null is no token, `unknown` a question that nobody can answer now.
 */
export function acceptedToken(world: World, token: string | null, atMs: number): IssuedToken | "unknown" | null {
  const issued = token === null ? undefined : world.tokens.get(token);
  if (token !== null && world.settings.keystone === "down" && (issued === undefined || issued.usedAtMs === null)) {
    return "unknown";
  }
  if (issued === undefined || issued.expiresAtMs <= atMs) return null;
  const { revokedAtMs, usedAtMs } = issued;
  if (revokedAtMs !== null) {
    const cached = usedAtMs !== null && atMs < revokedAtMs + world.settings.revokedTokensWorkMs;
    return cached ? issued : null;
  }
  issued.usedAtMs = atMs;
  return issued;
}

export function findUser(world: World, matches: (user: User) => boolean): User | null {
  for (const user of world.users.values()) if (matches(user)) return user;
  return null;
}
