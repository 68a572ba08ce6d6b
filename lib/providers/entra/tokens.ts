import type { EntraCredential } from "../../contracts/configuration.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { createGrants } from "../tokens.ts";
import { type Grant, provider } from "./grant.ts";
import type { LoginOptions } from "./login.ts";

export interface TokenSource {
  /** A token that is good for a while: the stored one, or the one of the login under way, or a new one. */
  get(signal: AbortSignal): Promise<Secret>;
  /** The API refused this token: it is not handed out again. */
  refused(token: Secret): void;
}

/** Tokens for one connection. The code for the other kind of credential is never loaded. */
export function createEntraTokens(
  credential: EntraCredential,
  defaultScope: string,
  options: LoginOptions,
): TokenSource {
  const scope = credential.scope ?? defaultScope;
  let login: Promise<() => Promise<Grant>> | undefined;
  const load = async () => {
    if (credential.kind === "client-secret") {
      return (await import("./client-secret.ts")).createClientSecretLogin(credential, scope, options);
    }
    return (await import("./managed-identity.ts")).createManagedIdentityLogin(credential, scope, options);
  };
  return createTokenSource(async () => {
    login ??= load();
    return await (await login)();
  }, options);
}

export function createTokenSource(login: () => Promise<Grant>, { clock }: { readonly clock: Clock }): TokenSource {
  const grants = createGrants(login, { clock, provider });
  return {
    get: async (signal) => (await grants.get(signal)).token,
    refused: grants.refused,
  };
}
