import type { Variables } from "../../lib/configuration/environment.ts";
import type { VoiceOptions } from "../../lib/platforms/azure/functions/voice.ts";
import type { AzureParts, AzurePlatform } from "../../lib/platforms/azure/platform.ts";
import type { CloudHost } from "../cloud/host.ts";
import type { ProviderOf } from "../cloud/providers.ts";
import type { ProviderParts } from "../provider-parts.ts";

/** What the functions work with, once one of them was called. */
export interface OpenHost extends CloudHost {
  readonly platform: () => AzurePlatform;
  /** What runs in one process has one login for each connection. */
  readonly providers: () => Promise<ProviderOf>;
}

/** What tests put in the place of the world. */
export interface AzureHostOptions
  extends Partial<AzureParts>,
    Pick<ProviderParts, "fetch" | "startTimer">,
    Pick<VoiceOptions, "write"> {
  readonly variables: Variables;
}
