import { parseConfiguration } from "../../lib/configuration/load.ts";
import { azureSecretResolver, readConfiguration } from "../../lib/platforms/azure/configuration.ts";
import type { Voice } from "../../lib/platforms/azure/functions/voice.ts";
import { openAzurePlatform } from "../../lib/platforms/azure/platform.ts";
import { azureSettings } from "../../lib/platforms/azure/settings.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { loaded, providerPartsOf } from "../cloud/host.ts";
import { openProviders } from "../cloud/providers.ts";
import type { AzureHostOptions, OpenHost } from "./opened.ts";

/** @throws ConfigurationError with what is wrong in the app's settings */
export function openHost({ variables, fetch, startTimer, ...parts }: AzureHostOptions, voice: Voice): OpenHost {
  const opened = openAzurePlatform(variables, voice, parts);
  const platform = () => opened;
  const configuration = onceDone(async () =>
    loaded(
      await readConfiguration({ variables, parse: parseConfiguration }),
      azureSecretResolver(variables, opened.vault),
    ),
  );
  const { identity } = azureSettings(variables);
  const identityEndpoint = identity.kind === "managed-identity" ? identity.endpoint : undefined;
  const others = {
    ...(fetch ? { fetch } : {}),
    ...(startTimer ? { startTimer } : {}),
    ...(identityEndpoint ? { identityEndpoint } : {}),
  };
  const providerParts = () => providerPartsOf({ platform, configuration }, others);
  return {
    platform,
    configuration,
    providerParts,
    providers: onceDone(() => openProviders({ platform, configuration, providerParts })),
  };
}
