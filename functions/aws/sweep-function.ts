import { durationMs } from "../../lib/contracts/duration.ts";
import { onceDone } from "../../lib/platforms/aws/deferred.ts";
import { plainFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { Housekeeping } from "../housekeeping.ts";
import { type AwsHost, thisInstance } from "./host.ts";

/** Of the 55 s that the function has: the rest is for hand-offs, staged keys and figures. */
const sweepWithinMs = 35_000;

export function sweepFunction(host: AwsHost = thisInstance) {
  const open = onceDone(async () => {
    const { retention, retainMs } = await host.configuration();
    const { vault, handoffs, ...ports } = host.platform();
    return new Housekeeping({
      ports,
      vault,
      handoffs,
      retainMs,
      sweepWithinMs,
      idempotencyMs: durationMs(retention.idempotency),
    });
  });
  return plainFunction(host.parts, async () => ({ sweptAt: await (await open()).sweep() }));
}
