import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { fetchedOf, type HandOver } from "./state.ts";

/** Somebody who says to stand ready is taken to stand there for this long. */
export const readyForMs = 15 * 60_000;

/** Whether somebody stands ready for whom nothing was minted yet. */
export function isAwaited({ pickup }: Pick<OperationRecord, "pickup">, { used }: HandOver, nowMs: number): boolean {
  const { ready } = pickup ?? {};
  return ready !== undefined && ready.count > used && nowMs - ready.at < readyForMs;
}

/** Whether somebody said so after the credential was fetched: it did not arrive. */
export function isAwaitedAgain(record: OperationRecord, state: HandOver, nowMs: number): boolean {
  const saidAt = record.pickup?.ready?.at ?? 0;
  return isAwaited(record, state, nowMs) && saidAt >= (fetchedOf(record, state)?.at ?? 0);
}
