import type { ConnectionConfiguration } from "../../lib/contracts/configuration.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { connectionIn } from "../connection-in.ts";
import type { ProviderParts } from "../provider-parts.ts";
import type { CloudHost } from "./host.ts";

/** Providers by the name of their connection; each is kept with its login as long as the instance lives. */
export type ProviderOf = (connection: string) => Promise<DeploymentProvider>;

export async function openProviders({ configuration, providerParts }: CloudHost): Promise<ProviderOf> {
  return lazyProviders((await configuration()).connections, await providerParts());
}

function lazyProviders(
  connections: Readonly<Record<string, ConnectionConfiguration>>,
  parts: ProviderParts,
): ProviderOf {
  const made = new Map<string, DeploymentProvider>();
  return async (name) => {
    const known = made.get(name);
    if (known) return known;
    const provider = await providerOf(name, connectionIn(connections, name), parts);
    // Of two that were made at once the first is kept: one login for both.
    const first = made.get(name) ?? provider;
    made.set(name, first);
    return first;
  };
}

/** A cold function evaluates the code of the one provider that it was called for. */
async function providerOf(
  name: string,
  connection: ConnectionConfiguration,
  parts: ProviderParts,
): Promise<DeploymentProvider> {
  switch (connection.kind) {
    case "azure-sphere":
      return (await import("../provider-kinds/azure-sphere.ts")).azureSphere(name, connection, parts);
    case "azure-dps":
      return (await import("../provider-kinds/azure-dps.ts")).azureDps(name, connection, parts);
    case "heat":
      return (await import("../provider-kinds/heat.ts")).heat(name, connection, parts);
    case "aws-panorama":
      return (await import("../provider-kinds/aws-panorama.ts")).awsPanorama(name, connection, parts);
    case "aws-iot":
      return (await import("../provider-kinds/aws-iot.ts")).awsIot(name, connection, parts);
  }
}
