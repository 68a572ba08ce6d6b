import { Merge } from "../../merge.ts";
import type { Entries } from "./entries.ts";
import { dueBefore, duePartitions, dueTimeIn } from "./places.ts";
import { named, rowPlaceOf } from "./row.ts";
import { type Held, type Table, textIn } from "./table.ts";

/**
 * Entries that one call looks at. An entry is at most `keptForMs` earlier than its record, so what stands behind so many others is
 * found within that time.
 */
const entriesPerCall = 4_000;
const entriesAtOnce = 64;

/** Keys that are due, the most overdue first: entries whose time has come, each checked against its record. */
export async function dueKeys(
  table: Table,
  entries: Entries,
  nowMs: number,
  limit: number,
): Promise<readonly string[]> {
  if (limit <= 0) return [];
  const runs = duePartitions.map((partition) =>
    table.run({ partition, before: dueBefore(nowMs), only: ["key", "filedAt"] }),
  );
  const merge = new Merge<Held>(runs, (a, b) => (a.entity.rowKey < b.entity.rowKey ? -1 : 1), limit);
  const found: { readonly key: string; readonly at: number }[] = [];
  for (let looked = 0; looked < entriesPerCall; ) {
    const some = await taken(merge, Math.min(entriesAtOnce, Math.max(limit, 16)));
    if (some.length === 0) break;
    looked += some.length;
    const rows = await entries.rows(
      some.map(({ entity }) => rowPlaceOf(textIn(entity, "key") ?? "")),
      [named.due, named.dueAt],
    );
    const stale: Held[] = [];
    for (const [index, entry] of some.entries()) {
      const row = rows[index]?.entity;
      if (!row || textIn(row, named.due) !== entry.entity.rowKey) stale.push(entry);
      else found.push({ key: textIn(entry.entity, "key") ?? "", at: Number(textIn(row, named.dueAt)) });
    }
    await entries.dropStale(stale);
    // No record is due before its entry, so whatever comes later in the index comes later in time than these.
    const next = await merge.peek();
    if (!next) break;
    const until = Math.min(nowMs, dueTimeIn(next.entity.rowKey));
    if (found.filter(({ at }) => at <= until).length >= limit) break;
  }
  return found
    .filter(({ at }) => at <= nowMs)
    .sort((a, b) => a.at - b.at)
    .slice(0, limit)
    .map(({ key }) => key);
}

async function taken(merge: Merge<Held>, count: number): Promise<Held[]> {
  const some: Held[] = [];
  while (some.length < count) {
    const entry = await merge.take();
    if (!entry) break;
    some.push(entry);
  }
  return some;
}
