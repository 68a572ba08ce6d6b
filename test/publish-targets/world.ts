import { inspect } from "node:util";
import { expect } from "vitest";
import { DroverError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import type { CallContext } from "../../lib/contracts/provider.ts";
import type { PublishCall, PublishNote, PublishTarget } from "../../lib/contracts/publish-target.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import type { Fetch } from "../../lib/providers/exchange.ts";
import type { ManualTime } from "../providers/support.ts";

/** Stands between the target and what it talks to. */
export type Between = (request: Request, next: Fetch) => Promise<Response>;

/** The way to a vault that is reached over HTTP. Logins pass unseen. */
export interface Wire {
  readonly fetch: Fetch;
  /** Every request to the vault itself, as it was sent. */
  readonly sent: Request[];
  /** Used for requests to the vault from now on. */
  between(hook: Between): void;
}

export function wireTo(vaultOrigin: string, vault: Fetch): Wire {
  let hook: Between = (request, next) => next(request);
  const sent: Request[] = [];
  return {
    sent,
    between: (next) => {
      hook = next;
    },
    fetch: async (request) => {
      if (new URL(request.url).origin !== vaultOrigin) return vault(request);
      sent.push(request.clone());
      return hook(request, vault);
    },
  };
}

export interface TargetUnderTest {
  readonly target: PublishTarget;
  readonly time: ManualTime;
  /** Permitted, ready to be published to, and without a value. */
  readonly secret: string;
  /** What of a note comes back; undefined where nothing is kept of that field. */
  readonly keeps: (note: PublishNote) => Partial<PublishNote>;
  /** What somebody else does in the vault. */
  readonly putByOthers: (secret: string, value: string) => Promise<void>;
  /** Absent for a target without a network. */
  readonly wire?: Wire;
  /** Never to be seen in an error, beside the values that are published. */
  readonly canaries: readonly string[];
}

export type Open = () => Promise<TargetUnderTest>;

export const keyCanary = "Y2FuYXJ5LWtleS1vZi1hLXBvbGljeS00NzExLy8vKys=";
export const valueCanary = `HostName=dps-eu.azure-devices-provisioning.net;SharedAccessKeyName="root";SharedAccessKey=${keyCanary}`;
export const otherCanary = "canary-second-value.0815/+=";

export const noteOf = (over: Partial<PublishNote> = {}): PublishNote => ({
  operation: operationIdOf("/test", "rotate-1"),
  of: "dps-eu/backend",
  slot: "secondary",
  fingerprint: "sha256:9f86d081884c7d65",
  publishedAt: Date.parse("2026-11-21T09:00:00.123Z"),
  graceMs: 5_400_000,
  ...over,
});

export const contextAt = (time: ManualTime, signal = new AbortController().signal): CallContext => ({
  signal,
  nowMs: time.now(),
});

export const callAt = (time: ManualTime, over: Partial<PublishCall> = {}): PublishCall => ({
  ...contextAt(time),
  sendBefore: time.now() + 10_000,
  ...over,
});

export async function failureOf(promise: Promise<unknown>): Promise<DroverError> {
  const thrown = await promise.then(
    (value) => new Error(`Expected a rejection, got ${inspect(value)}`),
    (error: unknown) => error,
  );
  if (!(thrown instanceof DroverError)) throw thrown;
  return thrown;
}

/** Everything of an error, a target or an answer that any log could come to show. */
export function assertNoCanary(shown: unknown, canaries: readonly string[]): void {
  const text = `${String(shown)} ${inspect(shown, { depth: 12, showHidden: true, getters: true })}`;
  for (const canary of [valueCanary, keyCanary, otherCanary, ...canaries]) {
    for (const form of [canary, encodeURIComponent(canary), JSON.stringify(canary).slice(1, -1)]) {
      expect(text).not.toContain(form);
    }
  }
}

export const published = new Secret(valueCanary);
