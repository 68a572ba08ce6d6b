import { readFileSync } from "node:fs";
import { demoHeatIds } from "../../../emulators/heat/index.ts";
import { parseConfiguration } from "../../../lib/configuration/load.ts";
import type { Configuration } from "../../../lib/contracts/configuration.ts";
import { exampleOf, secrets } from "../../e2e/clouds.ts";
import type { OtherFlavour } from "./fleet-seeds.ts";
import { sinkSettings } from "./receivers.ts";

export { exampleOf };

/** Values by reference, as whoever set this Drover up has put them into its vault. */
export const knownSecrets: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...secrets,
    "emulator-api-key": demoHeatIds.rackspace.apiKey,
    "sink-secret": `whsec_${Buffer.alloc(32, "receivers").toString("base64")}`,
    "dps-demo-ca": readFileSync(new URL("../../../examples/emulator-ca-key.txt", import.meta.url), "utf8").trim(),
  }).map(([name, value]) => [`vault:${name}`, value]),
);

/** What no row, message, event or line may ever contain. */
export const credentialTexts: readonly string[] = [...new Set(knownSecrets.values())].filter(
  (value) => value.length >= 12,
);

const wanted = ["sphere-demo", "heat-openstack", "dps-demo", "panorama-demo", "iot-demo"];
export const otherConnections: Readonly<Record<OtherFlavour, string>> = {
  otc: "heat-otc",
  rackspace: "heat-rackspace",
};

export interface ConfiguredWith {
  /** Requests of these types wait for somebody's approval. */
  readonly approvals: readonly string[];
  /** Limits of the connection to Heat. */
  readonly heatLimits: { readonly inFlight?: number; readonly changesPerMinute?: number };
  /** Asks as seldom as providers are asked outside of demos. */
  readonly usualPace: boolean;
  /** How long an answer may take, where it is not what is usual. */
  readonly requestTimeout?: string;
  /** Events go to receivers over HTTP as well, which one machine alone does. */
  readonly hasSinks?: boolean;
  /** Flavours of Heat that are connected beside the upstream one. */
  readonly heatOthers?: readonly OtherFlavour[];
}

type Connection = Record<string, unknown>;

/** The examples' configuration with its secrets in the vault. */
export function configurationOf(configuredWith: ConfiguredWith): Configuration {
  const { approvals, heatLimits, usualPace, requestTimeout, hasSinks = false, heatOthers = [] } = configuredWith;
  const { connections, publishTargets } = JSON.parse(
    JSON.stringify(exampleOf("drover.json")).replace(/file:\.\/([\w-]+)\.txt/g, "vault:$1"),
  ) as Record<string, Record<string, Connection>>;
  const paced = ({ pace, limits: _, ...connection }: Connection) =>
    usualPace
      ? { ...connection, ...(requestTimeout === undefined ? {} : { pace: { requestTimeout } }) }
      : { ...connection, ...(pace === undefined ? {} : { pace: { ...pace, requestTimeout: "PT20S" } }) };
  const names = [...wanted, ...heatOthers.map((flavour) => otherConnections[flavour])];
  const chosen = names.map((name) => [name, paced(connections?.[name] ?? {})] as const);
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
    ...(hasSinks ? { sinks: sinkSettings } : {}),
  };
  return parseConfiguration(JSON.stringify(configuration), "drover.json");
}
