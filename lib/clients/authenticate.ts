import { timingSafeEqual } from "node:crypto";
import type { ClientAuth, ClientConfiguration } from "../contracts/client.ts";
import { sha256Hex } from "../contracts/identifiers.ts";
import type { Clock, Log } from "../contracts/ports.ts";
import type { Secret } from "../contracts/secret.ts";
import { createVerification } from "./by-signature.ts";
import { type Caller, callerOf } from "./caller.ts";
import { SigningKeys } from "./signing-keys.ts";

export interface AuthenticationParts {
  readonly clients: Readonly<Record<string, ClientConfiguration>>;
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  readonly clock: Clock;
  /** Hears of secrets that cannot be read. */
  readonly log?: Pick<Log, "warn"> | undefined;
}

export type Authenticated =
  | {
      readonly kind: "known";
      readonly caller: Caller;
      readonly by: ClientAuth["kind"];
      readonly requestsPerMinute: number;
    }
  /** No sentence says which of it was wrong: that would help whoever is guessing. */
  | { readonly kind: "refused"; readonly code: "no-credentials" | "bad-credentials" | "stale-signature" }
  /** Nobody can say right now whose it is. */
  | { readonly kind: "unavailable"; readonly code: "secret-unreadable" | "too-busy" };

/** Reads the body as it came; called only for a signature that may be good. */
type Body = () => Promise<string | Uint8Array>;

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

  const signers = entries.flatMap((entry) =>
    entry.auth.kind === "standard-webhooks" ? [{ entry, auth: entry.auth }] : [],
  );
  const verified = createVerification({ signers, keys: new SigningKeys(parts), clock: parts.clock });

  async function bySignature(headers: Headers, body: Body): Promise<Authenticated> {
    const answer = await verified(headers, body);
    return answer.kind === "known" ? known(answer.entry) : answer;
  }

  return async (headers: Headers, body: Body): Promise<Authenticated> => {
    const authorization = headers.get("authorization");
    if (authorization !== null) {
      const [, token] = /^Bearer ([\x21-\x2b\x2d-\x7e]{16,512})$/i.exec(authorization) ?? [];
      return token === undefined ? { kind: "refused", code: "bad-credentials" } : byToken(token);
    }
    if (headers.has("webhook-signature")) return bySignature(headers, body);
    return { kind: "refused", code: "no-credentials" };
  };
}
