import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { Fetch } from "../exchange.ts";
import type { StartTimer } from "../timer.ts";

/** What App Service and Functions put into IDENTITY_ENDPOINT and IDENTITY_HEADER, read at the edge. */
export interface IdentityEndpoint {
  readonly url: string;
  readonly header: Secret;
}

export interface LoginOptions {
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Reads a secret by its reference (`env:`, `file:`, `vault:`). */
  readonly secret: (reference: string) => Promise<Secret>;
  readonly startTimer?: StartTimer | undefined;
  readonly timeoutMs?: number | undefined;
  readonly identityEndpoint?: IdentityEndpoint | undefined;
}
