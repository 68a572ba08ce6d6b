import { refuseUnlessAwaited } from "../../../functions/receive-webhook/acknowledgeable.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { isRotation } from "../../../lib/operations/explain-rotation.ts";
import { acknowledge, extendWait, waitsUntil } from "../../../lib/operations/waits.ts";
import { type Errand, person } from "./errand.ts";
import type { PeopleParts } from "./people-parts.ts";

const minuteMs = 60_000;

/** Those who use a key that is rotated, and those who decide about its grace. */
export class KeyPeople {
  readonly #parts: PeopleParts;

  constructor(parts: PeopleParts) {
    this.#parts = parts;
  }

  errandFor(row: OperationRecord): Errand | undefined {
    if (!isRotation(row)) return undefined;
    return this.#word(row) ?? this.#delay(row);
  }

  /** A consumer says that it uses what is published; not each one thinks of it at once. */
  #word(row: OperationRecord): Errand | undefined {
    const { random } = this.#parts;
    const awaited = listedConsumers(row).filter((one) => isAwaited(row, one));
    // One who has spoken may still be listed: the row says whom it waits for as of its last look.
    const consumer = awaited[random.below(Math.max(1, awaited.length))];
    if (consumer === undefined || random.below(4) === 0) return undefined;
    const { id } = row;
    return {
      ...{ key: `${id}/acknowledge/${consumer}`, step: "acknowledge", afterMs: 5_000 + random.below(90 * minuteMs) },
      run: ({ ports }) => acknowledge(ports, id, consumer, person, (record) => refuseUnlessAwaited(record, consumer)),
    };
  }

  /** Somebody needs more time, once. */
  #delay(row: OperationRecord): Errand | undefined {
    const { random } = this.#parts;
    if (waitsUntil(row) === undefined || row.extendedUntil !== undefined || random.below(3) > 0) return undefined;
    const { id } = row;
    return {
      ...{ key: `${id}/extend`, step: "extend", afterMs: 5_000 + random.below(30 * minuteMs) },
      run: ({ ports }) => extendWait(ports, id, 60 * minuteMs, person),
    };
  }
}

export function listedConsumers({ request }: OperationRecord): readonly string[] {
  const { acknowledge: names = [] }: { readonly acknowledge?: readonly string[] } = Object(request.fields["consumers"]);
  return names;
}

function isAwaited(row: OperationRecord, consumer: string): boolean {
  try {
    return !refuseUnlessAwaited(row, consumer).counts;
  } catch {
    return false;
  }
}
