import type { Clock } from "../../contracts/ports.ts";
import { Secret } from "../../contracts/secret.ts";
import type { LoginOptions } from "../../providers/entra/login.ts";
import { createEntraTokens, type TokenSource } from "../../providers/entra/tokens.ts";
import type { Identity } from "./settings.ts";

/** Tokens by scope, each asked for once and kept until shortly before its end. */
export type Tokens = (scope: string) => TokenSource;

export const scopes = {
  storage: "https://storage.azure.com/.default",
  eventGrid: "https://eventgrid.azure.net/.default",
} as const;

/** Clouds by how their vaults' hosts end: each takes tokens of its own. */
const vaultSuffixes = ["vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"] as const;

export function vaultScopeOf(url: string): string {
  const { hostname } = new URL(url);
  const suffix = vaultSuffixes.find((one) => hostname.endsWith(`.${one}`)) ?? vaultSuffixes[0];
  return `https://${suffix}/.default`;
}

export interface TokensOptions extends Pick<LoginOptions, "fetch" | "startTimer"> {
  readonly clock: Clock;
}

/** Our own login, which is in the bundle for the providers anyway: `@azure/identity` alone would be 441 kB and 57 ms more. */
export function azureTokens(identity: Identity, options: TokensOptions): Tokens {
  const sources = new Map<string, TokenSource>();
  const make = (scope: string): TokenSource => {
    if (identity.kind === "client-secret") {
      const { directoryId, clientId, clientSecret, authority } = identity;
      const credential = {
        kind: "client-secret" as const,
        directoryId,
        clientId,
        secret: "env:AZURE_CLIENT_SECRET",
        ...(authority === undefined ? {} : { authority }),
      };
      return createEntraTokens(credential, scope, { ...options, secret: async () => clientSecret });
    }
    const { clientId, endpoint } = identity;
    const credential = { kind: "managed-identity" as const, ...(clientId === undefined ? {} : { clientId }) };
    return createEntraTokens(credential, scope, {
      ...options,
      secret: async () => new Secret(""),
      identityEndpoint: endpoint,
    });
  };
  return (scope) => {
    const known = sources.get(scope) ?? make(scope);
    sources.set(scope, known);
    return known;
  };
}

/** How long the SDK may use a token before it asks again. Ours are renewed five minutes before their end. */
const sdkTokenMs = 180_000;

/** Our tokens as the SDK's clients take them. */
export function sdkCredential(source: TokenSource, clock: Pick<Clock, "wallMs">) {
  return {
    async getToken(_scopes: string | string[], options?: { readonly abortSignal?: unknown }) {
      const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : new AbortController().signal;
      const token = await source.get(signal);
      // The SDK compares with the wall clock.
      return { token: token.reveal(), expiresOnTimestamp: clock.wallMs() + sdkTokenMs };
    },
  };
}
