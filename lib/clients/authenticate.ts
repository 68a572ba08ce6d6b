import { timingSafeEqual } from "node:crypto";
import type { ClientAuth, ClientConfiguration } from "../contracts/client.ts";
import { durationMs } from "../contracts/duration.ts";
import { sha256Hex } from "../contracts/identifiers.ts";
import type { Clock } from "../contracts/ports.ts";
import type { Secret } from "../contracts/secret.ts";
import { signingKeyOf } from "../contracts/standard-webhooks.ts";
import { type Caller, callerOf } from "./caller.ts";
import { isSignedBy, isTimely, signedHeadersOf } from "./signature.ts";

export interface AuthenticationParts {
  readonly clients: Readonly<Record<string, ClientConfiguration>>;
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  readonly clock: Clock;
}

export type Authenticated =
  | {
      readonly kind: "known";
      readonly caller: Caller;
      readonly by: ClientAuth["kind"];
      readonly requestsPerMinute: number;
    }
  /** No sentence says which of it was wrong: that would help whoever is guessing. */
  | { readonly kind: "refused"; readonly code: "no-credentials" | "bad-credentials" | "stale-signature" };

/** Answers who sends a request, by its bearer token or by the signature of its body. */
export function createAuthentication(parts: AuthenticationParts) {
  const entries = Object.entries(parts.clients).flatMap(([name, client]) =>
    [client.auth].flat().map((auth) => ({ name, client, auth })),
  );
  const known = ({ name, client, auth }: (typeof entries)[number]): Authenticated => ({
    kind: "known",
    caller: callerOf(name, client),
    by: auth.kind,
    requestsPerMinute: client.requestsPerMinute,
  });

  /** Every hash is compared, so that the time taken tells nothing about which one it was. */
  function byToken(token: string): Authenticated {
    const hash = Buffer.from(`sha256:${sha256Hex(token)}`);
    let found: (typeof entries)[number] | undefined;
    for (const entry of entries) {
      if (entry.auth.kind !== "bearer") continue;
      for (const expected of entry.auth.tokens) if (timingSafeEqual(hash, Buffer.from(expected))) found ??= entry;
    }
    return found ? known(found) : { kind: "refused", code: "bad-credentials" };
  }

  async function bySignature(headers: Headers, body: string): Promise<Authenticated> {
    const signed = signedHeadersOf(headers);
    if (!signed) return { kind: "refused", code: "bad-credentials" };
    for (const entry of entries) {
      if (entry.auth.kind !== "standard-webhooks") continue;
      for (const reference of entry.auth.secrets) {
        const key = signingKeyOf(await parts.secret(reference), reference);
        if (!isSignedBy(key, signed, body)) continue;
        // Only whoever has the secret learns that it was the time.
        const timely = isTimely(signed, parts.clock.now(), durationMs(entry.auth.tolerance));
        return timely ? known(entry) : { kind: "refused", code: "stale-signature" };
      }
    }
    return { kind: "refused", code: "bad-credentials" };
  }

  return async (headers: Headers, body: () => Promise<string>): Promise<Authenticated> => {
    const authorization = headers.get("authorization");
    if (authorization !== null) {
      const [, token] = /^Bearer ([\x21-\x2b\x2d-\x7e]{16,512})$/i.exec(authorization) ?? [];
      return token === undefined ? { kind: "refused", code: "bad-credentials" } : byToken(token);
    }
    if (headers.has("webhook-signature")) return bySignature(headers, await body());
    return { kind: "refused", code: "no-credentials" };
  };
}
