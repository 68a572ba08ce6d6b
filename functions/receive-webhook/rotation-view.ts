import type { JsonObject } from "../../lib/contracts/json.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { awaitedConsumers, isRotation } from "../../lib/operations/explain-rotation.ts";
import { expectedIn, type RotationState, rotationOf } from "../rotate-dps-keys/state.ts";

/** How far a rotation is, for people and programs. Undefined for any other operation, and before there is a plan. */
export function rotationView(record: OperationRecord): JsonObject | undefined {
  const state = isRotation(record) ? stateOf(record) : undefined;
  if (!state) return undefined;
  const { phase, first, graceUntil, published } = state;
  const until = graceUntil === undefined ? undefined : Math.max(graceUntil, record.extendedUntil ?? 0);
  const awaited = record.state === "active" ? awaitedConsumers(record) : [];
  return {
    phase,
    slot: first,
    fingerprints: { primary: expectedIn(state, "primary"), secondary: expectedIn(state, "secondary") },
    published: { ...published },
    ...(until === undefined ? {} : { graceUntil: new Date(until).toISOString() }),
    acknowledged: Object.entries(record.acknowledgements ?? {}).flatMap(([consumer, at]) =>
      at >= (record.wordsSince ?? 0) ? [consumer] : [],
    ),
    awaited: [...awaited],
  };
}

/** A state that a later release has written is no reason to show nothing else. */
export function stateOf(record: OperationRecord): RotationState | undefined {
  try {
    return rotationOf(record);
  } catch {
    return undefined;
  }
}
