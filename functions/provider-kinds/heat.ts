import { createHeatProvider } from "../../lib/providers/heat/index.ts";
import type { Factory } from "./kinds.ts";
import { timesOf } from "./times.ts";

export const heat: Factory<"heat"> = (name, connection, parts) =>
  createHeatProvider({ ...parts, name, connection, ...timesOf(connection.pace) });
