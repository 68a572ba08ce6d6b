import { onceDone } from "../../lib/platforms/aws/deferred.ts";
import { queueFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { acceptOptionsOf } from "../accept-options.ts";
import { acceptRequest } from "../accept-request/step.ts";
import { type AwsHost, thisInstance } from "./host.ts";

export function acceptFunction(host: AwsHost = thisInstance) {
  const open = onceDone(async () => acceptRequest(acceptOptionsOf(await host.configuration(), host.platform())));
  return queueFunction(host.parts, open);
}
