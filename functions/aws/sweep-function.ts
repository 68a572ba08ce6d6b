import { plainFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { openSweep } from "../cloud/sweep.ts";
import { type AwsHost, thisInstance } from "./host.ts";

export function sweepFunction(host: AwsHost = thisInstance) {
  const open = onceDone(() => openSweep(host));
  return plainFunction(host.parts, async () => ({ sweptAt: await (await open())() }));
}
