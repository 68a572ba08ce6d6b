import { createAzureSphereProvider } from "../../lib/providers/azure-sphere/index.ts";
import type { Factory } from "./kinds.ts";
import { timesOf } from "./times.ts";

export const azureSphere: Factory<"azure-sphere"> = (name, connection, parts) =>
  createAzureSphereProvider({ ...parts, name, connection, ...timesOf(connection.pace) });
