import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { fetchedOf, type HandOver } from "./state.ts";

/** Somebody who says to stand ready is taken to stand there for this long. */
export const readyForMs = 15 * 60_000;

/** Whether somebody stands ready, whatever was minted since he said so. */
export function isReady({ pickup }: Pick<OperationRecord, "pickup">, nowMs: number): boolean {
  return pickup?.ready !== undefined && nowMs - pickup.ready.at < readyForMs;
}

/** Whether somebody stands ready for whom nothing was minted yet. */
export function isAwaited(record: Pick<OperationRecord, "pickup">, { used }: HandOver, nowMs: number): boolean {
  return (record.pickup?.ready?.count ?? 0) > used && isReady(record, nowMs);
}

/** Whether somebody said so after the credential was fetched: it did not arrive. */
export function isAwaitedAgain(record: Pick<OperationRecord, "pickup">, state: HandOver, nowMs: number): boolean {
  const { count = 0, at = 0 } = record.pickup?.ready ?? {};
  const fetched = fetchedOf(record, state);
  const isLater = fetched?.readyCount === undefined ? at >= (fetched?.at ?? 0) : count > fetched.readyCount;
  return isLater && isAwaited(record, state, nowMs);
}
