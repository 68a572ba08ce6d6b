import type { Variables } from "../../lib/configuration/environment.ts";
import { parseConfiguration } from "../../lib/configuration/load.ts";
import type { Vault } from "../../lib/contracts/ports.ts";
import { awsSettings } from "../../lib/platforms/aws/clients.ts";
import { awsSecretResolver, readConfiguration } from "../../lib/platforms/aws/configuration.ts";
import type { Persistence } from "../../lib/platforms/trying.ts";
import { type LoadedConfiguration, loaded } from "../cloud/host.ts";

/** @throws ConfigurationError with all problems at once */
export async function loadAwsConfiguration(
  variables: Variables,
  vault: Pick<Vault, "get">,
  persistence: Persistence | undefined,
): Promise<LoadedConfiguration> {
  const configuration = await readConfiguration({
    variables,
    parse: parseConfiguration,
    readParameter: async (name) => {
      const { parameterReader } = await import("../../lib/platforms/aws/parameter-store.ts");
      return parameterReader({ settings: awsSettings(variables) }, persistence)(name);
    },
  });
  return loaded(configuration, awsSecretResolver(variables, vault));
}
