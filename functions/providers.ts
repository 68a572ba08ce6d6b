import type { ConnectionConfiguration, PaceConfiguration } from "../lib/contracts/configuration.ts";
import { durationMs } from "../lib/contracts/duration.ts";
import { ConfigurationError } from "../lib/contracts/errors.ts";
import type { DeploymentProvider, PollPace, Settling } from "../lib/contracts/provider.ts";
import { createAwsIotProvider } from "../lib/providers/aws-iot/index.ts";
import { createAwsPanoramaProvider } from "../lib/providers/aws-panorama/index.ts";
import { createAzureDpsProvider, type DpsOperator } from "../lib/providers/azure-dps/index.ts";
import { createAzureSphereProvider, retirements as sphereRetirements } from "../lib/providers/azure-sphere/index.ts";
import { createHeatOperator, createHeatProvider, type HeatOperator } from "../lib/providers/heat/index.ts";
import { kept } from "./kept.ts";
import { keyRotationOf } from "./key-rotation.ts";
import type { ProviderParts } from "./provider-parts.ts";

export type { ProviderParts } from "./provider-parts.ts";

type Kind = ConnectionConfiguration["kind"];
type ConnectionOf<K extends Kind> = Extract<ConnectionConfiguration, { readonly kind: K }>;
type Factories = {
  readonly [K in Kind]: (name: string, connection: ConnectionOf<K>, parts: ProviderParts) => DeploymentProvider;
};

/** Kind of connection to provider. The only such list. */
const factories: Factories = {
  "azure-sphere": (name, connection, parts) =>
    createAzureSphereProvider({ ...parts, name, connection, ...timesOf(connection.pace) }),
  "azure-dps": (name, connection, parts) => {
    const provider = dpsProvider(name, connection, parts);
    return { ...provider, keyRotation: keyRotationOf(provider, parts) };
  },
  heat: (name, connection, parts) => createHeatProvider({ ...parts, name, connection, ...timesOf(connection.pace) }),
  "aws-panorama": (name, connection, parts) => ({
    ...createAwsPanoramaProvider({ ...parts, name, connection, ...timesOf(connection.pace) }),
    handoffs: parts.handoffs,
  }),
  "aws-iot": (name, connection, parts) => ({
    ...createAwsIotProvider({ ...parts, name, connection, ...timesOf(connection.pace) }),
    handoffs: parts.handoffs,
  }),
};

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
  const connectionOf = (name: string): ConnectionConfiguration => {
    const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
    if (connection) return connection;
    throw new ConfigurationError(
      `Expected connection ${name} in the configuration, got none of that name: put it back, or cancel the operations that name it`,
      { code: "unknown-connection" },
    );
  };
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
        if (connection.kind === "azure-dps") return dpsProvider(name, connection, parts).operator;
        throw otherKind(name, "azure-dps", connection);
      }),
  };
}

const dpsProvider = (name: string, connection: ConnectionOf<"azure-dps">, parts: ProviderParts) =>
  createAzureDpsProvider({ ...parts, name, connection, ...timesOf(connection.pace) });

function otherKind(name: string, expected: Kind, { kind }: ConnectionConfiguration): ConfigurationError {
  return new ConfigurationError(
    `Expected ${name} to be a connection of kind ${expected}, got one of kind ${kind}: see drover connections list`,
    { code: "other-kind" },
  );
}

function providerOf(name: string, connection: ConnectionConfiguration, parts: ProviderParts): DeploymentProvider {
  // One line for each kind: the pair of kind and connection is known only here.
  switch (connection.kind) {
    case "azure-sphere":
      return factories["azure-sphere"](name, connection, parts);
    case "azure-dps":
      return factories["azure-dps"](name, connection, parts);
    case "heat":
      return factories.heat(name, connection, parts);
    case "aws-panorama":
      return factories["aws-panorama"](name, connection, parts);
    case "aws-iot":
      return factories["aws-iot"](name, connection, parts);
  }
}

/** The times that the configuration overrides; what it leaves out stays the provider's own. */
function timesOf(pace: PaceConfiguration = {}): { settling: Partial<Settling>; pollPace: Partial<PollPace> } {
  const time = <Name extends string>(name: Name, text: string | undefined): { readonly [N in Name]?: number } =>
    text === undefined ? {} : ({ [name]: durationMs(text) } as { readonly [N in Name]: number });
  return {
    settling: {
      ...time("requestTimeoutMs", pace.requestTimeout),
      ...time("settlingMs", pace.settling),
      ...time("lookEveryMs", pace.lookEvery),
    },
    pollPace: { ...time("firstMs", pace.firstPoll), ...time("maxMs", pace.maxPoll) },
  };
}
