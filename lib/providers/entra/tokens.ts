import type { EntraCredential } from "../../contracts/configuration.ts";
import { RetryableError } from "../../contracts/errors.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { Grant } from "./grant.ts";
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

interface Stored {
  readonly token: Secret;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/** A token is renewed this long before its end, or after half of its life if that is later. */
const renewBeforeMs = 5 * 60_000;
/** While Entra is out of order the stored token stays in use until this close to its end, … */
const lastUseBeforeMs = 30_000;
/** … and Entra is asked again this often. */
const renewAgainMs = 60_000;

export function createTokenSource(login: () => Promise<Grant>, { clock }: { readonly clock: Clock }): TokenSource {
  let stored: Stored | undefined;
  let underWay: Promise<Secret> | undefined;

  const renew = async (): Promise<Secret> => {
    const askedAt = clock.now();
    try {
      const { token, lifetimeMs } = await login();
      const refreshAt = askedAt + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 2);
      stored = { token, refreshAt, expiresAt: askedAt + lifetimeMs };
      return token;
    } catch (error) {
      const now = clock.now();
      if (!(error instanceof RetryableError) || !stored || now >= stored.expiresAt - lastUseBeforeMs) throw error;
      stored = { ...stored, refreshAt: Math.min(now + renewAgainMs, stored.expiresAt - lastUseBeforeMs) };
      return stored.token;
    } finally {
      underWay = undefined;
    }
  };

  return {
    async get(signal) {
      if (stored && clock.now() < stored.refreshAt) return stored.token;
      underWay ??= renew();
      // The login belongs to everybody who waits for it: one caller that leaves must not end it.
      return await unlessInterrupted(underWay, signal);
    },
    refused(token) {
      if (stored?.token === token) stored = undefined;
    },
  };
}

function unlessInterrupted(token: Promise<Secret>, signal: AbortSignal): Promise<Secret> {
  const { promise: interruption, reject } = Promise.withResolvers<never>();
  const interrupt = () =>
    reject(
      new RetryableError("Expected time to wait for a token, got an interruption", {
        code: "interrupted",
        provider: "entra",
        effect: "none",
      }),
    );
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  return Promise.race([token, interruption]).finally(() => signal.removeEventListener("abort", interrupt));
}
