import type { ConnectionConfiguration } from "../../lib/contracts/configuration.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import type { ProviderParts } from "../provider-parts.ts";

export type Kind = ConnectionConfiguration["kind"];
export type ConnectionOf<K extends Kind> = Extract<ConnectionConfiguration, { readonly kind: K }>;

/** Makes the provider of one connection. */
export type Factory<K extends Kind> = (
  name: string,
  connection: ConnectionOf<K>,
  parts: ProviderParts,
) => DeploymentProvider;
