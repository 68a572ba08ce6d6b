import { parseConfiguration } from "../../../lib/configuration/load.ts";
import type { Configuration } from "../../../lib/contracts/configuration.ts";
import { exampleOf, secrets } from "../../e2e/clouds.ts";

export { exampleOf };

/** Values by reference, as whoever set this Drover up has put them into its vault. */
export const knownSecrets: ReadonlyMap<string, string> = new Map(
  Object.entries(secrets).map(([name, value]) => [`vault:${name}`, value]),
);

/** What no row, message, event or line may ever contain. */
export const credentialTexts: readonly string[] = [...new Set(knownSecrets.values())].filter(
  (value) => value.length >= 12,
);

const wanted = ["sphere-demo", "heat-openstack", "dps-demo", "panorama-demo", "iot-demo"];

export interface ConfiguredWith {
  /** Requests of these types wait for somebody's approval. */
  readonly approvals: readonly string[];
  /** Limits of the connection to Heat. */
  readonly heatLimits: { readonly inFlight?: number; readonly changesPerMinute?: number };
  /** Asks as seldom as providers are asked outside of demos. */
  readonly usualPace: boolean;
}

type Connection = Record<string, unknown>;

/** The examples' configuration with its secrets in the vault. */
export function configurationOf({ approvals, heatLimits, usualPace }: ConfiguredWith): Configuration {
  const { connections, publishTargets } = JSON.parse(
    JSON.stringify(exampleOf("drover.json")).replace(/file:\.\/([\w-]+)\.txt/g, "vault:$1"),
  ) as Record<string, Record<string, Connection>>;
  const paced = ({ pace, limits: _, ...connection }: Connection) =>
    usualPace
      ? connection
      : { ...connection, ...(pace === undefined ? {} : { pace: { ...pace, requestTimeout: "PT20S" } }) };
  const chosen = wanted.map((name) => [name, paced(connections?.[name] ?? {})] as const);
  const all = Object.fromEntries(chosen);
  const heat = { ...all["heat-openstack"], ...(Object.keys(heatLimits).length > 0 ? { limits: heatLimits } : {}) };
  const targets = Object.entries(publishTargets ?? {}).map(([name, target]) => [name, paced(target)] as const);
  const configuration = {
    version: 1,
    platform: { kind: "local", dataFolder: "data" },
    connections: { ...all, "heat-openstack": heat },
    publishTargets: Object.fromEntries(targets),
    ...(approvals.length > 0 ? { approvals: [{ types: approvals, connections: ["*"] }] } : {}),
    sweep: { every: "PT1M" },
  };
  return parseConfiguration(JSON.stringify(configuration), "drover.json");
}
