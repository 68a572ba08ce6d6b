import { VAULT_SCOPE } from "../entra/directory.ts";
import type { Answer } from "../exchange/answer.ts";
import { type Admission, bearerOf, type Call, decoded } from "../exchange/call.ts";
import { vaultError } from "./answers.ts";
import { secretRoute } from "./secrets.ts";
import type { VaultWorld } from "./world.ts";

const HOST = /^([a-z0-9-]+)\.vault\.azure\.net$/i;

export interface VaultAddress {
  readonly name: string;
  readonly segments: readonly string[];
}

/** By the host, or by a path that begins with the host's name; null for other requests. */
export function vaultAddress({ url, headers }: { readonly url: URL; readonly headers: Headers }): VaultAddress | null {
  const parts = url.pathname.split("/").slice(1).map(decoded);
  const host = [url.hostname, (headers.get("host") ?? "").replace(/:\d+$/, "")].find((name) => HOST.test(name));
  const name = HOST.exec(host ?? parts[0] ?? "")?.[1];
  return name === undefined ? null : { name, segments: host === undefined ? parts.slice(1) : parts };
}

export function vaultOperation(call: Call): string {
  return secretRoute(call.method, vaultAddress(call)?.segments ?? [])?.operation ?? "Unknown";
}

export function routeVault(world: VaultWorld, call: Call): Admission {
  const address = vaultAddress(call);
  const vault = world.vaults.get(address?.name.toLowerCase() ?? "");
  // A vault that does not exist has no name in the network; the nearest an answer can come to that.
  if (address === null || vault === undefined)
    return { refusal: vaultError(404, "VaultNotFound", "There is no such vault.") };
  const token = bearerOf(call);
  if (token === null) return { refusal: challenge(world, "AKV10000: Request is missing a Bearer or PoP token.") };
  const caller = world.entra.holder(token, VAULT_SCOPE, call.atMs);
  if (caller === null) return { refusal: challenge(world, "AKV10022: Invalid audience, or the token is not valid.") };
  const version = call.url.searchParams.get("api-version");
  if (version === null) return { refusal: vaultError(400, "BadParameter", "api-version must be specified") };
  const route = secretRoute(call.method, address.segments);
  if (route === null) return { refusal: vaultError(405, "MethodNotAllowed", "The method is not allowed here.") };
  const permissions = vault.access?.get(caller.objectId.toLowerCase()) ?? (vault.access === null ? null : []);
  if (permissions !== null && !permissions.includes(route.permission)) {
    const text = `The user, group or application 'appid=${caller.clientId};oid=${caller.objectId}' does not have secrets ${route.permission} permission on key vault '${vault.name};location=westeurope'.`;
    return { refusal: vaultError(403, "Forbidden", text, "AccessDenied") };
  }
  return { carryOut: (atMs) => route.handle({ ...call, atMs, world, vault }) };
}

/** Tells a client where to log in, and for what. */
function challenge({ settings }: VaultWorld, message: string): Answer {
  return vaultError(401, "Unauthorized", message, undefined, {
    "www-authenticate": `Bearer authorization="${settings.authority}", resource="https://vault.azure.net"`,
  });
}
