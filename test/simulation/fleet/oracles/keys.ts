import { rotationOf } from "../../../../functions/rotate-dps-keys/state.ts";
import type { OperationRecord } from "../../../../lib/contracts/operation.ts";
import { isRotation } from "../../../../lib/operations/explain-rotation.ts";
import { nameOf } from "../invariants/rows.ts";
import { listedConsumers } from "../key-people.ts";
import type { StagedKeys } from "../staged-keys.ts";
import type { Report } from "../verdicts.ts";
import type { InForce } from "./consumers.ts";

const slots = ["primary", "secondary"] as const;
const isEmergency = (row: OperationRecord | undefined) => row?.request.fields["emergency"] === true;

interface KeyParts {
  readonly inForce: readonly InForce[];
  readonly staged: StagedKeys;
  readonly operations: readonly OperationRecord[];
  readonly report: Report;
  /** By how much a clock of ours may be ahead. */
  readonly clocksAheadMs: number;
}

/** A rotation replaces one key at a time, each slot once, by a key that it has made itself; both at once only in an emergency. */
export function keysOneAtATime(parts: KeyParts): void {
  const { inForce, staged, operations, report } = parts;
  const rows = new Map(operations.map((row) => [row.id, row]));
  /** By operation and slot: since when (ms since 1970). */
  const landed = new Map<string, number>();
  for (const [index, { at, keys }] of inForce.entries()) {
    const before = inForce[index - 1]?.keys;
    const changed = before === undefined ? [] : slots.filter((_, slot) => keys[slot] !== before[slot]);
    for (const slot of changed) {
      const maker = staged.makerOf(keys[slots.indexOf(slot)] ?? "");
      const place = `${maker?.operation}/${slot}`;
      const wrong =
        maker?.slot !== slot
          ? "was made for nothing of the kind"
          : landed.has(place)
            ? "came into force twice"
            : changed.length > 1 && !isEmergency(rows.get(maker.operation))
              ? "came into force together with the other one"
              : undefined;
      if (wrong) report("keys-one-at-a-time", `the ${slot} key ${place} ${wrong}`);
      landed.set(place, at);
    }
  }
  for (const row of operations.filter(isRotation)) asItWasDecided(row, landed, parts);
}

/** What was said about one rotation, by itself and by people. */
function asItWasDecided(
  row: OperationRecord,
  landed: ReadonlyMap<string, number>,
  { report, clocksAheadMs }: KeyParts,
): void {
  const times = slots.flatMap((slot) => landed.get(`${row.id}/${slot}`) ?? []);
  if (row.outcome === "succeeded" && times.length < 2)
    report("told-as-it-is", `${nameOf(row)} succeeded, and ${times.length} of its keys came into force`);
  if (isEmergency(row) || times.length < 2) return;
  const silent = listedConsumers(row).filter((consumer) => row.acknowledgements?.[consumer] === undefined);
  if (silent.length > 0)
    report("consumers-never-refused", `${nameOf(row)} replaced the second key without a word of ${silent.join(", ")}`);
  const until = Math.max(rotationOf(row)?.graceUntil ?? 0, row.extendedUntil ?? 0);
  const earlyMs = until - clocksAheadMs - Math.max(...times);
  if (earlyMs > 0) report("consumers-never-refused", `${nameOf(row)} replaced the second key ${earlyMs} ms too early`);
}

/** Whether an emergency has put these keys there: what was published before is dead from then on, and meant to be. */
export function emergenciesIn(operations: readonly OperationRecord[], staged: StagedKeys) {
  const ids = new Set(operations.filter(isEmergency).map(({ id }) => id));
  return ({ keys }: InForce): boolean => keys.some((key) => ids.has(staged.makerOf(key)?.operation ?? ""));
}
