import type { OperationRecord } from "../contracts/operation.ts";
import { Later, Stop } from "./control-flow.ts";

/** @throws Later as long as somebody else has to let it begin */
export function refuseUnapproved(record: OperationRecord): void {
  const { deadline } = record;
  if (!isUnapproved(record)) return;
  throw new Later("approval", "Nobody has approved it yet", { at: deadline });
}

const isUnapproved = ({ approval }: OperationRecord) => approval !== undefined && approval.by === undefined;

/**
 * An operation that has touched nothing yet and must not begin any more. A parent may have made children that its row does not know of
 * yet; not before somebody has approved it.
 */
export function overBeforeStart(record: OperationRecord, now: number): Stop | undefined {
  if (record.handle !== undefined || Object.keys(record.intents).length > 0) return undefined;
  if (record.children && !isUnapproved(record)) return undefined;
  if (record.cancelRequested)
    return new Stop("cancelled", "cancelled-before-start", "Cancelled before anything was started");
  if (now < record.deadline) return undefined;
  return new Stop("timed-out", "deadline-before-start", "The deadline passed before anything was started");
}
