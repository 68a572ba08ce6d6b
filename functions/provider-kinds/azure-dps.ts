import { createAzureDpsProvider } from "../../lib/providers/azure-dps/index.ts";
import { keyRotationOf } from "../key-rotation.ts";
import type { ProviderParts } from "../provider-parts.ts";
import type { ConnectionOf, Factory } from "./kinds.ts";
import { timesOf } from "./times.ts";

/** As its vendor's API has it; a rotation of its keys needs more (`azureDps`). */
export const bareAzureDps = (name: string, connection: ConnectionOf<"azure-dps">, parts: ProviderParts) =>
  createAzureDpsProvider({ ...parts, name, connection, ...timesOf(connection.pace) });

export const azureDps: Factory<"azure-dps"> = (name, connection, parts) => {
  const provider = bareAzureDps(name, connection, parts);
  return { ...provider, keyRotation: keyRotationOf(provider, parts) };
};
