import { hashFraction } from "../contracts/identifiers.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Time before each further try, as Standard Webhooks advises: ten tries within 76 hours. */
export const retryDelaysMs = [
  5_000,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;
export const tries = retryDelaysMs.length + 1;

/** However long a receiver asks for quiet: older than this, an event is given up. */
export const maxAgeMs = 10 * 24 * hour;

/** After a hold, the deliveries that waited come within this time and not at once. */
const spreadMs = 5_000;
const jitterShare = 0.1;

/** Time before the next try after `failed` failures; undefined when there is none. A hash is the jitter, so that twins coincide. */
export function retryDelayMs(id: string, failed: number): number | undefined {
  const delayMs = retryDelaysMs[failed - 1];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 + jitterShare * hashFraction(`${id}/${failed}`)));
}

export function afterHold(id: string, heldUntil: number): number {
  return heldUntil + Math.round(spreadMs * hashFraction(`${id}/held`));
}

/** Time until another look for a free place at a busy sink: half a second doubling to half a minute. */
export function busyDelayMs(id: string, waits: number): number {
  const delayMs = Math.min(30_000, 500 * 2 ** Math.min(waits, 10));
  return Math.round(delayMs * (0.75 + 0.5 * hashFraction(`${id}/busy/${waits}`)));
}
