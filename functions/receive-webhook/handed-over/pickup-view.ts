import type { JsonObject } from "../../../lib/contracts/json.ts";
import type { OperationRecord, Pickup } from "../../../lib/contracts/operation.ts";

const time = (ms: number): string => new Date(ms).toISOString();

export const readyView = ({ by, at }: NonNullable<Pickup["ready"]>): JsonObject => ({ by, at: time(at) });

export const fetchedView = ({ by, at, leftMs }: NonNullable<Pickup["fetched"]>): JsonObject => ({
  by,
  at: time(at),
  secondsLeft: Math.floor(leftMs / 1000),
});

/** Who has said to stand ready, and who was given what was minted. Undefined for an operation of which nobody said anything. */
export function pickupView({ pickup }: Pick<OperationRecord, "pickup">): JsonObject | undefined {
  if (!pickup) return undefined;
  const { ready, fetched } = pickup;
  return {
    ...(ready === undefined ? {} : { ready: readyView(ready) }),
    ...(fetched === undefined ? {} : { fetched: fetchedView(fetched) }),
  };
}
