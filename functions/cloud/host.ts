import type { Configuration } from "../../lib/contracts/configuration.ts";
import { durationMs } from "../../lib/contracts/duration.ts";
import type { HandoffStore, Ports, QueueReceiver, QueueSender, Vault } from "../../lib/contracts/ports.ts";
import type { Sealer } from "../../lib/contracts/sealer.ts";
import type { After } from "../../lib/platforms/after.ts";
import type { SecretResolver } from "../../lib/platforms/secret-references.ts";
import type { ProviderParts } from "../provider-parts.ts";

/** What a cloud offers to the functions of one instance. */
export interface CloudPlatform extends Ports {
  readonly queue: QueueSender & QueueReceiver;
  readonly vault: Vault;
  readonly sealer: Sealer;
  readonly handoffs: HandoffStore;
  readonly after: After;
  /** Of what is deployed. */
  readonly version: string;
}

export interface LoadedConfiguration extends Configuration {
  /** Reads secrets by the references in it. */
  readonly secret: SecretResolver;
  /** How long a finished operation is kept whole. */
  readonly retainMs: number;
}

/** One instance of functions: what it has is made with its first invocation, once, and kept for those that follow. */
export interface CloudHost {
  /** @throws ConfigurationError with what is wrong in the environment */
  readonly platform: () => CloudPlatform;
  /** @throws ConfigurationError with all problems at once */
  readonly configuration: () => Promise<LoadedConfiguration>;
  readonly providerParts: () => Promise<ProviderParts>;
}

export const loaded = (configuration: Configuration, secret: SecretResolver): LoadedConfiguration => ({
  ...configuration,
  secret,
  retainMs: durationMs(configuration.retention.operations),
});

/** What providers are made with, of what the host has. */
export async function providerPartsOf(
  { platform, configuration }: Pick<CloudHost, "platform" | "configuration">,
  others: Pick<ProviderParts, "fetch" | "startTimer" | "identityEndpoint">,
): Promise<ProviderParts> {
  const { publishTargets, secret } = await configuration();
  const { clock, randomness, ledger, vault, handoffs, sealer } = platform();
  return { secret, clock, randomness, ledger, vault, handoffs, sealer, publishTargets, ...others };
}
