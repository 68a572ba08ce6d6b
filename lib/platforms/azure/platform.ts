import type { Clock, HandoffStore, Ports, Randomness, Vault } from "../../contracts/ports.ts";
import type { Sealer } from "../../contracts/sealer.ts";
import { type After, systemAfter } from "../after.ts";
import { createClock, systemSources } from "../clock.ts";
import { createRandomness } from "../randomness.ts";
import type { Persistence } from "../trying.ts";
import { azureAdapters } from "./adapters.ts";
import type { Voice } from "./functions/voice.ts";
import type { Metrics } from "./metrics.ts";
import type { AzureQueue } from "./queue.ts";
import type { Variables } from "./settings.ts";

/** What tests put in the place of the world. */
export interface AzureParts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly after: After;
  readonly persistence: Persistence;
  /** For one attempt of a call of Drover's own services. */
  readonly requestTimeoutMs: number;
}

export interface AzurePlatform extends Ports {
  readonly queue: AzureQueue;
  readonly telemetry: Metrics;
  readonly version: string;
  readonly vault: Vault;
  readonly sealer: Sealer;
  readonly handoffs: HandoffStore;
  readonly after: After;
}

/**
 * The ports of one process. Clients are made with their first call.
 * @throws ConfigurationError with all that is wrong in the app's settings
 */
export function openAzurePlatform(
  variables: Variables,
  { log, metrics }: Voice,
  parts: Partial<AzureParts> = {},
): AzurePlatform {
  const { randomness = createRandomness(), after = systemAfter, persistence, requestTimeoutMs } = parts;
  const clock =
    parts.clock ??
    createClock(systemSources, (byMs) => log.warn("the system clock jumped", { byMs: Math.round(byMs) }));
  const { handoff, ...adapters } = azureAdapters(variables, { clock, persistence, requestTimeoutMs });
  return {
    ...adapters,
    handoffs: handoff,
    clock,
    randomness,
    log,
    telemetry: metrics,
    after,
    version: variables["DROVER_VERSION"] || "unknown",
  };
}
