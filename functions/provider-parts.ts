import type { Clock, HandoffStore, Ledger, Randomness, Vault } from "../lib/contracts/ports.ts";
import type { PublishTargetConfiguration } from "../lib/contracts/publish-targets.ts";
import type { Sealer } from "../lib/contracts/sealer.ts";
import type { Secret } from "../lib/contracts/secret.ts";
import type { StartTimer } from "../lib/providers/timer.ts";

/** What every provider is made with. */
export interface ProviderParts {
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  /** Stands in for the network: an emulator in this process. */
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Where it is kept what consumers of keys were promised. */
  readonly ledger: Ledger;
  /** Where new keys wait until they are in force. */
  readonly vault: Vault;
  readonly sealer: Sealer;
  /** Where credentials that are handed over once wait until they are fetched. */
  readonly handoffs: HandoffStore;
  readonly publishTargets: Readonly<Record<string, PublishTargetConfiguration>>;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer;
  /** For a managed identity on App Service or Functions. */
  readonly identityEndpoint?: { readonly url: string; readonly header: Secret };
}
