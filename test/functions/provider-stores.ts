import type { ProviderParts } from "../../functions/providers.ts";
import type { Configuration } from "../../lib/contracts/configuration.ts";
import { localPlatformOf } from "../../lib/contracts/platform-fit.ts";
import type { LocalPlatform } from "../../lib/platforms/local/platform.ts";
import { localSealer } from "../../lib/platforms/local/sealer.ts";
import { localVault } from "../../lib/platforms/local/vault.ts";
import { memoryHandoffs } from "../simulation/memory-handoffs.ts";

/** What providers keep things in, over the folder of a platform. */
export function providerStores(
  configuration: Configuration,
  { randomness, ledger, clock }: LocalPlatform,
): Pick<ProviderParts, "ledger" | "vault" | "handoffs" | "sealer" | "randomness" | "publishTargets"> {
  const { publishTargets } = configuration;
  const { dataFolder } = localPlatformOf(configuration);
  const vault = localVault({ dataFolder });
  const handoffs = memoryHandoffs(new Map(), clock);
  return { vault, handoffs, sealer: localSealer({ dataFolder }), randomness, ledger, publishTargets };
}
