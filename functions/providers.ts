import type { ConnectionConfiguration } from "../lib/contracts/configuration.ts";
import { ConfigurationError } from "../lib/contracts/errors.ts";
import type { DeploymentProvider } from "../lib/contracts/provider.ts";
import type { DpsOperator } from "../lib/providers/azure-dps/index.ts";
import { retirements as sphereRetirements } from "../lib/providers/azure-sphere/index.ts";
import { createHeatOperator, type HeatOperator } from "../lib/providers/heat/index.ts";
import { connectionIn } from "./connection-in.ts";
import { kept } from "./kept.ts";
import { awsIot } from "./provider-kinds/aws-iot.ts";
import { awsPanorama } from "./provider-kinds/aws-panorama.ts";
import { azureDps, bareAzureDps } from "./provider-kinds/azure-dps.ts";
import { azureSphere } from "./provider-kinds/azure-sphere.ts";
import { heat } from "./provider-kinds/heat.ts";
import type { Kind } from "./provider-kinds/kinds.ts";
import type { ProviderParts } from "./provider-parts.ts";

export type { ProviderParts } from "./provider-parts.ts";

/** APIs that their vendors take away, for `config check`. */
export const retirements = Object.values(sphereRetirements).map(({ api, retiresOn, see }) => ({
  kind: "azure-sphere" as const,
  api,
  name: "Azure Sphere legacy API",
  retiresOn,
  remedy: "plan the move to the provider Microsoft.AzureSphere of Azure Resource Manager",
  see,
}));

/** Providers by the name of their connection; each is made when it is first asked for, and kept with its login. */
export interface Providers {
  /** @throws ConfigurationError when there is no connection of that name */
  of(connection: string): DeploymentProvider;
  /**
   * What people ask of a Heat directly.
   * @throws ConfigurationError when there is no connection of that name and kind
   */
  heat(connection: string): HeatOperator;
  /**
   * What people ask of the management API of Device Provisioning Services directly.
   * @throws ConfigurationError when there is no connection of that name and kind
   */
  dps(connection: string): DpsOperator;
}

export function createProviders(
  connections: Readonly<Record<string, ConnectionConfiguration>>,
  parts: ProviderParts,
): Providers {
  const made = new Map<string, DeploymentProvider>();
  const operators = new Map<string, HeatOperator>();
  const dpsOperators = new Map<string, DpsOperator>();
  const connectionOf = (name: string) => connectionIn(connections, name);
  return {
    of: (name) => kept(made, name, () => providerOf(name, connectionOf(name), parts)),
    heat: (name) =>
      kept(operators, name, () => {
        const connection = connectionOf(name);
        if (connection.kind === "heat") return createHeatOperator({ ...parts, name, connection });
        throw otherKind(name, "heat", connection);
      }),
    dps: (name) =>
      kept(dpsOperators, name, () => {
        const connection = connectionOf(name);
        if (connection.kind === "azure-dps") return bareAzureDps(name, connection, parts).operator;
        throw otherKind(name, "azure-dps", connection);
      }),
  };
}

function otherKind(name: string, expected: Kind, { kind }: ConnectionConfiguration): ConfigurationError {
  return new ConfigurationError(
    `Expected ${name} to be a connection of kind ${expected}, got one of kind ${kind}: see drover connections list`,
    { code: "other-kind" },
  );
}

/** Kind of connection to provider; `aws/providers.ts` is the same list for functions that load only what they need. */
function providerOf(name: string, connection: ConnectionConfiguration, parts: ProviderParts): DeploymentProvider {
  // One line for each kind: the pair of kind and connection is known only here.
  switch (connection.kind) {
    case "azure-sphere":
      return azureSphere(name, connection, parts);
    case "azure-dps":
      return azureDps(name, connection, parts);
    case "heat":
      return heat(name, connection, parts);
    case "aws-panorama":
      return awsPanorama(name, connection, parts);
    case "aws-iot":
      return awsIot(name, connection, parts);
  }
}
