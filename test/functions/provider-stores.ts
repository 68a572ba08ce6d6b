import type { ProviderParts } from "../../functions/providers.ts";
import type { Configuration } from "../../lib/contracts/configuration.ts";
import type { LocalPlatform } from "../../lib/platforms/local/platform.ts";
import { localSealer } from "../../lib/platforms/local/sealer.ts";
import { localVault } from "../../lib/platforms/local/vault.ts";

/** What providers keep things in, over the folder of a platform. */
export function providerStores(
  { platform, publishTargets }: Configuration,
  { randomness, ledger }: LocalPlatform,
): Pick<ProviderParts, "ledger" | "vault" | "sealer" | "randomness" | "publishTargets"> {
  const { dataFolder } = platform;
  return { vault: localVault({ dataFolder }), sealer: localSealer({ dataFolder }), randomness, ledger, publishTargets };
}
