import type { ConnectionConfiguration, PaceConfiguration } from "../lib/contracts/configuration.ts";
import { durationMs } from "../lib/contracts/duration.ts";
import { ConfigurationError } from "../lib/contracts/errors.ts";
import type { Clock } from "../lib/contracts/ports.ts";
import type { DeploymentProvider, PollPace, Settling } from "../lib/contracts/provider.ts";
import type { Secret } from "../lib/contracts/secret.ts";
import { createAzureSphereProvider, retirements as sphereRetirements } from "../lib/providers/azure-sphere/index.ts";

/** What every provider is made with. */
export interface ProviderParts {
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  /** Stands in for the network: an emulator in this process. */
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly clock: Clock;
  /** For a managed identity on App Service or Functions. */
  readonly identityEndpoint?: { readonly url: string; readonly header: Secret };
}

type Kind = ConnectionConfiguration["kind"];
type ConnectionOf<K extends Kind> = Extract<ConnectionConfiguration, { readonly kind: K }>;
type Factories = {
  readonly [K in Kind]: (name: string, connection: ConnectionOf<K>, parts: ProviderParts) => DeploymentProvider;
};

/** Kind of connection to provider. The only such list. */
const factories: Factories = {
  "azure-sphere": (name, connection, parts) =>
    createAzureSphereProvider({ ...parts, name, connection, ...timesOf(connection.pace) }),
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
}

export function createProviders(
  connections: Readonly<Record<string, ConnectionConfiguration>>,
  parts: ProviderParts,
): Providers {
  const made = new Map<string, DeploymentProvider>();
  return {
    of(name) {
      const known = made.get(name);
      if (known) return known;
      const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
      if (!connection) {
        throw new ConfigurationError(
          `Expected connection ${name} in the configuration, got none of that name: put it back, or cancel the operations that name it`,
          { code: "unknown-connection" },
        );
      }
      const provider = factories[connection.kind](name, connection, parts);
      made.set(name, provider);
      return provider;
    },
  };
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
