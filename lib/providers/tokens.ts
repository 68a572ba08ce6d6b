import { RetryableError } from "../contracts/errors.ts";
import type { Clock } from "../contracts/ports.ts";
import type { Secret } from "../contracts/secret.ts";

/** A token as it was given, and for how long. */
export interface Grant {
  readonly token: Secret;
  readonly lifetimeMs: number;
}

/** Grants for one connection, each used until shortly before its end. */
export interface Grants<Held extends Grant> {
  /** A grant that is good for a while: the stored one, or the one of the login under way, or a new one. */
  get(signal: AbortSignal): Promise<Held>;
  /** The API refused this token: its grant is not handed out again. */
  refused(token: Secret): void;
}

/** Longest lifetime that is believed. */
const lifetimeMaxMs = 24 * 3_600_000;
/** Lifetime of a token whose answer names none that can be used. */
export const lifetimeDefaultMs = 5 * 60_000;

export function boundedLifetimeMs(lifetimeMs: number): number {
  return Number.isFinite(lifetimeMs) ? Math.min(Math.max(lifetimeMs, 0), lifetimeMaxMs) : lifetimeDefaultMs;
}

interface Stored<Held> {
  readonly grant: Held;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/** A token is renewed this long before its end, or after half of its life if that is later. */
const renewBeforeMs = 5 * 60_000;
/** While the login is out of order the stored token stays in use until this close to its end, … */
const lastUseBeforeMs = 30_000;
/** … and it is tried again this often. */
const renewAgainMs = 60_000;

export function createGrants<Held extends Grant>(
  login: () => Promise<Held>,
  { clock, provider }: { readonly clock: Clock; readonly provider: string },
): Grants<Held> {
  let stored: Stored<Held> | undefined;
  let underWay: Promise<Held> | undefined;

  const renew = async (): Promise<Held> => {
    const askedAt = clock.now();
    try {
      const grant = await login();
      const { lifetimeMs } = grant;
      const refreshAt = askedAt + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 2);
      stored = { grant, refreshAt, expiresAt: askedAt + lifetimeMs };
      return grant;
    } catch (error) {
      const now = clock.now();
      if (!(error instanceof RetryableError) || !stored || now >= stored.expiresAt - lastUseBeforeMs) throw error;
      stored = { ...stored, refreshAt: Math.min(now + renewAgainMs, stored.expiresAt - lastUseBeforeMs) };
      return stored.grant;
    } finally {
      underWay = undefined;
    }
  };

  return {
    async get(signal) {
      if (stored && clock.now() < stored.refreshAt) return stored.grant;
      underWay ??= renew();
      // The login belongs to everybody who waits for it: one caller that leaves must not end it.
      return await unlessInterrupted(underWay, signal, provider);
    },
    refused(token) {
      if (stored?.grant.token === token) stored = undefined;
    },
  };
}

function unlessInterrupted<Held>(grant: Promise<Held>, signal: AbortSignal, provider: string): Promise<Held> {
  const { promise: interruption, reject } = Promise.withResolvers<never>();
  const interrupt = () =>
    reject(
      new RetryableError("Expected time to wait for a token, got an interruption", {
        code: "interrupted",
        provider,
        effect: "none",
      }),
    );
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  return Promise.race([grant, interruption]).finally(() => signal.removeEventListener("abort", interrupt));
}
