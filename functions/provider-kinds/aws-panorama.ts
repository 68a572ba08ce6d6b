import { createAwsPanoramaProvider } from "../../lib/providers/aws-panorama/index.ts";
import type { Factory } from "./kinds.ts";
import { timesOf } from "./times.ts";

export const awsPanorama: Factory<"aws-panorama"> = (name, connection, parts) => ({
  ...createAwsPanoramaProvider({ ...parts, name, connection, ...timesOf(connection.pace) }),
  handoffs: parts.handoffs,
});
