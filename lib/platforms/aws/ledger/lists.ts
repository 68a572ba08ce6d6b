import { InvalidInputError } from "../../../contracts/errors.ts";
import type { LedgerRecord } from "../../../contracts/operation.ts";
import type { OperationFilter, Page, Stored } from "../../../contracts/ports.ts";
import { Merge } from "../../merge.ts";
import { type Item, isKey, storedOf } from "./item.ts";
import { isListPlace, listFor, partsOf, sieveFor } from "./layout.ts";
import type { Queries } from "./queries.ts";

/** Index entries that one page looks at, and records that it reads: what a rare label costs at the most. */
const entriesPerPage = 4_000;
const recordsPerPage = 500;
/** Above every character, and not itself in a key: code points end here. */
const last = "\u{10FFFF}";

interface Entry {
  readonly key: string;
  readonly at: string;
}

const before = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** By creation, newest first. A place in the list never changes, so that pages neither miss nor repeat what stays. */
export async function operationsPage(
  queries: Queries,
  filter: OperationFilter,
  limit: number,
  cursor?: string,
): Promise<Page<Stored>> {
  if (cursor !== undefined && !isListPlace(cursor)) throw cursorError();
  const { index, parts } = listFor(filter);
  const runs = parts.map((partition) => {
    const to = cursor === undefined ? {} : { to: { S: cursor } };
    const run = queries.run({ index, partition, newestFirst: true, ...to });
    return {
      async next(piece: number) {
        const { entries, done } = await run.next(piece);
        return { entries: entries.map(entryOf).filter(({ at }) => at !== cursor), done };
      },
    };
  });
  return gather(queries, new Merge<Entry>(runs, (a, b) => before(b.at, a.at), limit), filter, limit);
}

async function gather(
  queries: Queries,
  merge: Merge<Entry>,
  filter: OperationFilter,
  limit: number,
): Promise<Page<Stored>> {
  const mayFit = sieveFor(filter);
  const items: Stored[] = [];
  const looked = { entries: 0, records: 0 };
  let place: string | undefined;
  while (items.length < limit && looked.records < recordsPerPage && looked.entries < entriesPerPage) {
    const wanted: Entry[] = [];
    // With a filter, ever fewer would be read at once as the page fills.
    const piece = Math.min(
      100,
      recordsPerPage - looked.records,
      Math.max(limit - items.length, isPlain(filter) ? 0 : 25),
    );
    while (wanted.length < piece && looked.entries < entriesPerPage) {
      const entry = await merge.take();
      if (!entry) break;
      looked.entries += 1;
      place = entry.at;
      if (mayFit(entry.at)) wanted.push(entry);
    }
    looked.records += wanted.length;
    const found = await queries.many(
      wanted.map(({ key }) => key),
      { consistent: true },
    );
    for (const { key, at } of wanted) {
      const item = found.get(key);
      // Another place: forgotten and asked for anew, with an entry of its own.
      if (item?.["listAt"]?.S !== at) continue;
      const stored = storedOf(item);
      if (!matches(stored.record, filter)) continue;
      items.push(stored);
      if (items.length === limit) return { items, ...(await more(merge, wanted, at)) };
    }
    if (wanted.length < piece && (await merge.peek()) === undefined) return { items };
  }
  return { items, ...(place === undefined ? {} : { cursor: place }) };
}

/** The page is full at `at`: whether anything may come behind it. */
async function more(merge: Merge<Entry>, wanted: readonly Entry[], at: string): Promise<{ readonly cursor?: string }> {
  const isLast = wanted.at(-1)?.at === at && (await merge.peek()) === undefined;
  return isLast ? {} : { cursor: at };
}

const isPlain = (filter: OperationFilter) => Object.values(filter).every((value) => value === undefined);

/** Records in order of their keys, strongly consistent: the table itself has them so. */
export async function prefixPage(
  queries: Queries,
  prefix: string,
  limit: number,
  cursor?: string,
): Promise<Page<Stored>> {
  if (cursor !== undefined && !cursor.startsWith(prefix)) throw cursorError();
  if (prefix !== "" && !isKey(prefix)) return { items: [] };
  // The first text behind the cursor.
  const from = cursor === undefined ? prefix : `${cursor}\0`;
  const to = `${prefix}${last}`;
  // DynamoDB refuses a range that ends before it begins.
  if (before(from, to) > 0) return { items: [] };
  const runs = partsOf(prefix).map((partition) => queries.run({ partition, from: { S: from }, to: { S: to } }));
  const keyOf = (item: Item) => item["key"]?.S ?? "";
  const merge = new Merge<Item>(runs, (a, b) => before(keyOf(a), keyOf(b)), limit);
  const items: Stored[] = [];
  while (items.length < limit) {
    const item = await merge.take();
    if (!item) return { items };
    items.push(storedOf(item));
  }
  const end = items.at(-1);
  return end && (await merge.peek()) !== undefined ? { items, cursor: end.key } : { items };
}

function entryOf(item: Item): Entry {
  return { key: item["key"]?.S ?? "", at: item["listAt"]?.S ?? "" };
}

function cursorError(): InvalidInputError {
  return new InvalidInputError("Expected a cursor from the page before, got another text", { code: "invalid-cursor" });
}

function matches(record: LedgerRecord, filter: OperationFilter): boolean {
  return (
    record.kind === "operation" &&
    (filter.state === undefined || record.state === filter.state) &&
    (filter.outcome === undefined || record.outcome === filter.outcome) &&
    (filter.type === undefined || record.request.type === filter.type) &&
    (filter.connection === undefined || record.request.connection === filter.connection) &&
    (filter.parent === undefined || record.parent === filter.parent) &&
    (filter.label === undefined || record.request.labels[filter.label.name] === filter.label.value)
  );
}
