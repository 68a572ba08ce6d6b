import { systemAfter } from "../../lib/platforms/after.ts";
import type { FunctionParts } from "../../lib/platforms/azure/functions/parts.ts";
import { azureVoice } from "../../lib/platforms/azure/functions/voice.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import type { AzureHostOptions, OpenHost } from "./opened.ts";

/** The process that all functions of the app run in. Nothing is loaded or read before the first invocation. */
export interface AzureHost {
  readonly parts: FunctionParts;
  /** @throws ConfigurationError with what is wrong in the app's settings */
  readonly open: () => Promise<OpenHost>;
}

export function createAzureHost(options: AzureHostOptions): AzureHost {
  const { variables, write, clock, after = systemAfter } = options;
  const monotonicMs = clock === undefined ? () => performance.now() : () => clock.monotonicMs();
  const voice = azureVoice(variables, { monotonicMs, write });
  const open = onceDone(async () => (await import("./open-host.ts")).openHost(options, voice));
  return { open, parts: { voice, after, monotonicMs, platform: async () => (await open()).platform() } };
}
