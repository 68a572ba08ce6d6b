import type { Caller } from "../../../lib/clients/caller.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import type { Ledger } from "../../../lib/contracts/ports.ts";
import { scheduleSource } from "../../../lib/contracts/request.ts";
import { rotationType } from "../../../lib/contracts/requests/rotate-policy-key.ts";
import type { Schedule } from "../../../lib/contracts/schedule.ts";
import { subjectOf } from "../callers.ts";
import { withPublishedBy } from "./recorded.ts";
import { askedIn, keyOf, type RotatedKey } from "./rotated-key.ts";

/** Operations that are looked at: the newest ones say how each key stands. */
const bounds = { pages: 20, perPage: 100 };

export interface Collected {
  readonly keys: readonly RotatedKey[];
  /** False: there are older rotations, so that a policy that was last rotated long ago may be missing. */
  readonly complete: boolean;
}

/** Every policy whose rotations the caller may see: what schedules ask for, and what was asked for. */
export async function rotatedKeys(
  ledger: Pick<Ledger, "listOperations">,
  schedules: readonly Schedule[],
  caller: Caller,
): Promise<Collected> {
  const keys = new Map<string, RotatedKey>();
  for (const schedule of schedules) {
    const { type, data } = schedule.request;
    const asked = type === rotationType ? askedIn(data) : undefined;
    if (!asked || !caller.sees({ source: scheduleSource, type, connection: asked.connection })) continue;
    const key = keyOf(asked);
    const known = keys.get(key);
    keys.set(key, { ...asked, recorded: new Map(), ...known, schedules: [...(known?.schedules ?? []), schedule] });
  }
  let cursor: string | undefined;
  for (let pages = 0; pages < bounds.pages; pages += 1) {
    const page = await ledger.listOperations({ type: rotationType }, bounds.perPage, cursor);
    for (const { record } of page.items) {
      if (record.kind === "operation" && caller.sees(subjectOf(record))) add(keys, record);
    }
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return { keys: [...keys.values()].sort(byName), complete: cursor === undefined };
}

/** Operations come newest first. */
function add(keys: Map<string, RotatedKey>, record: OperationRecord): void {
  const { connection, fields } = record.request;
  const asked = askedIn({ ...fields, connection });
  if (!asked) return;
  const key = keyOf(asked);
  const before: RotatedKey = keys.get(key) ?? { ...asked, schedules: [], recorded: new Map() };
  const known: RotatedKey = { ...before, recorded: withPublishedBy(before.recorded, record) };
  if (record.state === "active") keys.set(key, { ...known, underWay: record });
  else keys.set(key, known.last ? known : { ...known, last: record });
}

function byName(one: RotatedKey, other: RotatedKey): number {
  const [a, b] = [keyOf(one), keyOf(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}
