import type { Variables } from "../../lib/configuration/environment.ts";
import { systemAfter } from "../../lib/platforms/after.ts";
import type { FunctionParts } from "../../lib/platforms/azure/functions/parts.ts";
import { azureVoice, type VoiceOptions } from "../../lib/platforms/azure/functions/voice.ts";
import type { AzureParts, AzurePlatform } from "../../lib/platforms/azure/platform.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import type { CloudHost } from "../cloud/host.ts";
import type { ProviderOf } from "../cloud/providers.ts";
import type { ProviderParts } from "../provider-parts.ts";

/** What the functions work with, once one of them was called. */
export interface OpenHost extends CloudHost {
  readonly platform: () => AzurePlatform;
  /** All steps run in one process: a login of one is a login of all. */
  readonly providers: () => Promise<ProviderOf>;
}

/** The process that all functions of the app run in. Nothing is loaded or read before the first invocation. */
export interface AzureHost {
  readonly parts: FunctionParts;
  /** @throws ConfigurationError with what is wrong in the app's settings */
  readonly open: () => Promise<OpenHost>;
}

/** What tests put in the place of the world. */
export interface AzureHostOptions
  extends Partial<AzureParts>,
    Pick<ProviderParts, "fetch" | "startTimer">,
    Pick<VoiceOptions, "write"> {
  readonly variables: Variables;
}

export function createAzureHost(options: AzureHostOptions): AzureHost {
  const { variables, write, clock, after = systemAfter } = options;
  const monotonicMs = clock === undefined ? () => performance.now() : () => clock.monotonicMs();
  const voice = azureVoice(variables, { monotonicMs, write });
  const open = onceDone(async () => (await import("./open-host.ts")).openHost(options, voice));
  return { open, parts: { voice, after, monotonicMs, platform: async () => (await open()).platform() } };
}
