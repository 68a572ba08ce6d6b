import { durationMs } from "../../lib/contracts/duration.ts";
import { Housekeeping } from "../housekeeping.ts";
import type { CloudHost } from "./host.ts";

/** Of the 55 s that a sweep has: the rest is for hand-offs, staged keys and figures. */
const sweepWithinMs = 35_000;

/** Looks after what is overdue, and tells when it has. */
export async function openSweep(host: CloudHost): Promise<() => Promise<number>> {
  const { retention, retainMs } = await host.configuration();
  const { vault, handoffs, ...ports } = host.platform();
  const idempotencyMs = durationMs(retention.idempotency);
  const housekeeping = new Housekeeping({ ports, vault, handoffs, retainMs, sweepWithinMs, idempotencyMs });
  return () => housekeeping.sweep();
}
