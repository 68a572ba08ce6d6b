import type { Answer } from "../exchange/answer.ts";
import { type Call, decoded } from "../exchange/call.ts";
import { clientCredentialsToken } from "./client-credentials.ts";
import { appServiceToken, imdsToken } from "./managed-identity.ts";
import { tokenHolder } from "./tokens.ts";
import { type EntraWorld, type IssuedToken, type Principal, same } from "./world.ts";

export const MANAGEMENT_SCOPE = "https://management.azure.com/.default";
export const VAULT_SCOPE = "https://vault.azure.net/.default";

export interface EntraClient {
  readonly directoryId: string;
  readonly clientId: string;
  readonly secret: string;
  readonly objectId: string;
}

export interface EntraManagedIdentity {
  readonly directoryId: string;
  readonly clientId: string;
  readonly objectId: string;
  /** What the App Service form expects in `X-IDENTITY-HEADER`. */
  readonly identityHeader: string;
}

/** One Entra for several emulators, so that one login serves the management API and the vault. */
export interface EntraDirectory {
  /** The name of the token route that the path means, or null when it is somebody else's. */
  operationOf(call: Call): string | null;
  answer(call: Call): Answer;
  /** Who holds the token, if it is valid for this scope. */
  holder(token: string, scope: string, atMs: number): Principal | null;
  /** The same client id again replaces. */
  client(client: EntraClient): void;
  managedIdentity(identity: EntraManagedIdentity): void;
  setTokenLifetime(seconds: number): void;
  /** Makes every token issued so far unknown, as a rotated signing key would. */
  revokeTokens(): void;
}

const OTHER_SCOPES = [
  VAULT_SCOPE,
  "https://graph.microsoft.com/.default",
  "https://firstparty.sphere.azure.net/api/.default",
];

export function createEntraDirectory(newId: () => string, tokenPrefix = ""): EntraDirectory {
  const principals: Principal[] = [];
  const tokens = new Map<string, IssuedToken>();
  // Entra says 3599 for an hour.
  let settings = { tokenLifetimeSeconds: 3_599, scope: MANAGEMENT_SCOPE, otherScopes: OTHER_SCOPES };
  const world: EntraWorld = {
    newId,
    tokenPrefix,
    principals,
    tokens,
    get settings() {
      return settings;
    },
  };
  const put = (principal: Principal): void => {
    const { kind, clientId } = principal;
    const known = principals.findIndex((other) => other.kind === kind && same(other.clientId, clientId));
    principals.splice(known < 0 ? principals.length : known, 1, principal);
  };
  return {
    operationOf: (call) => routeOf(call)?.name ?? null,
    answer: (call) => {
      const route = routeOf(call);
      if (route === null) throw new Error(`Expected a token route, got ${call.url.pathname}`);
      return route.handle({ ...call, world, params: route.params });
    },
    holder: (token, scope, atMs) => tokenHolder({ ...world, settings: { ...settings, scope } }, token, atMs),
    client: (client) => put({ ...client, kind: "client" }),
    managedIdentity: ({ identityHeader, ...identity }) =>
      put({ ...identity, secret: identityHeader, kind: "managed-identity" }),
    setTokenLifetime: (tokenLifetimeSeconds) => {
      settings = { ...settings, tokenLifetimeSeconds };
    },
    revokeTokens: () => tokens.clear(),
  };
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map();

function routeOf({ method, url: { pathname } }: Call) {
  const directoryId = /^\/([^/]+)\/oauth2\/v2\.0\/token$/i.exec(pathname)?.[1];
  if (method === "POST" && directoryId !== undefined) {
    const params = new Map([["directoryId", decoded(directoryId)]]);
    return { name: "Entra_ClientCredentialsToken", handle: clientCredentialsToken, params };
  }
  if (method === "GET" && /^\/metadata\/identity\/oauth2\/token$/i.test(pathname)) {
    return { name: "Entra_MachineToken", handle: imdsToken, params: NO_PARAMS };
  }
  if (method === "GET" && /^\/msi\/token$/i.test(pathname)) {
    return { name: "Entra_AppServiceToken", handle: appServiceToken, params: NO_PARAMS };
  }
  return null;
}
