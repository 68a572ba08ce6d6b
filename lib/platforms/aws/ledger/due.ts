import { Merge } from "../../merge.ts";
import type { Item } from "./item.ts";
import { dueParts, isCoarse, slotOf } from "./layout.ts";
import type { Queries } from "./queries.ts";

/**
 * Entries of one quarter of an hour that are looked at, by 200 requests at the most. Beyond them, what is due in a quarter that is still
 * going on may come when the quarter is over.
 */
const entriesPerSlot = 20_000;

interface Entry {
  readonly key: string;
  readonly slot: number;
}

/**
 * Keys that are due, the most overdue first. The index is read quarter by quarter and follows the table within moments: what it does not
 * know yet comes with the next sweep, and what has moved since is told by the item, or by the sweep, which writes by version.
 */
export async function dueKeys(queries: Queries, nowMs: number, limit: number): Promise<readonly string[]> {
  if (limit <= 0) return [];
  const runs = dueParts.map((partition) => {
    const run = queries.run({ index: "due", partition, to: { N: String(nowMs) } });
    return {
      async next(piece: number) {
        const { entries, done } = await run.next(piece);
        return { entries: entries.map(entryOf), done };
      },
    };
  });
  const merge = new Merge<Entry>(runs, (a, b) => a.slot - b.slot, limit);
  const found = new Map<string, number>();
  while (found.size < limit) {
    const entries = await nextSlot(merge);
    if (entries.length === 0) break;
    const timed = (await timesOf(queries, entries)).filter(({ at }) => at <= nowMs);
    // A key that has just moved may still have both its places: the first one is as good.
    for (const { key, at } of timed.sort((a, b) => a.at - b.at)) if (!found.has(key)) found.set(key, at);
  }
  return [...found.keys()].slice(0, limit);
}

async function nextSlot(merge: Merge<Entry>): Promise<Entry[]> {
  const entries: Entry[] = [];
  let slot: number | undefined;
  for (let next = await merge.peek(); next && entries.length < entriesPerSlot; next = await merge.peek()) {
    slot ??= slotOf(next.slot);
    if (slotOf(next.slot) !== slot) break;
    entries.push(next);
    await merge.take();
  }
  return entries;
}

/** Only what has a coarse place is looked at: half a read unit each. */
async function timesOf(queries: Queries, entries: readonly Entry[]) {
  const coarse = entries.filter(({ slot }) => isCoarse(slot)).map(({ key }) => key);
  const items = await queries.many(coarse, { consistent: false, only: ["key", "dueAt"] });
  return entries.flatMap(({ key, slot }) => {
    const at = isCoarse(slot) ? numberIn(items.get(key), "dueAt") : slot;
    return at === undefined ? [] : [{ key, at }];
  });
}

function entryOf(item: Item): Entry {
  return { key: item["key"]?.S ?? "", slot: numberIn(item, "dueSlot") ?? 0 };
}

function numberIn(item: Item | undefined, name: string): number | undefined {
  const text = item?.[name]?.N;
  return text === undefined ? undefined : Number(text);
}
