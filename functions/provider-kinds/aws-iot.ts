import { createAwsIotProvider } from "../../lib/providers/aws-iot/index.ts";
import type { Factory } from "./kinds.ts";
import { timesOf } from "./times.ts";

export const awsIot: Factory<"aws-iot"> = (name, connection, parts) => ({
  ...createAwsIotProvider({ ...parts, name, connection, ...timesOf(connection.pace) }),
  handoffs: parts.handoffs,
});
