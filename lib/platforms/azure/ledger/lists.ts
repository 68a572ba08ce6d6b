import { InvalidInputError } from "../../../contracts/errors.ts";
import type { LedgerRecord } from "../../../contracts/operation.ts";
import type { OperationFilter, Page, Stored } from "../../../contracts/ports.ts";
import { Merge } from "../../merge.ts";
import { type Entries, entryNames } from "./entries.ts";
import { encoded, endOf, isKey, partitionsOf } from "./keys.ts";
import { isListed, isListRow, listsFor } from "./places.ts";
import { rowPlaceOf, standingOf, storedOf } from "./row.ts";
import { type Held, type Table, textIn } from "./table.ts";

/** Entries that one page looks at, and records that it reads: what a rare label costs at the most. */
const entriesPerPage = 4_000;
const recordsPerPage = 500;
const recordsAtOnce = 100;

const byRow = (a: Held, b: Held) =>
  a.entity.rowKey < b.entity.rowKey ? -1 : a.entity.rowKey > b.entity.rowKey ? 1 : 0;

/**
 * By creation, newest first. An operation has the same row in every list, so that pages neither miss nor repeat one that moves from
 * list to list in between.
 */
export async function operationsPage(
  table: Table,
  entries: Entries,
  filter: OperationFilter,
  limit: number,
  cursor?: string,
): Promise<Page<Stored>> {
  if (cursor !== undefined && !isListRow(cursor)) throw cursorError();
  if (limit <= 0) return { items: [] };
  const runs = listsFor(filter).map((partition) =>
    table.run({ partition, only: entryNames, ...(cursor === undefined ? {} : { after: cursor }) }),
  );
  const merge = new Merge<Held>(runs, byRow, limit);
  const items: Stored[] = [];
  const looked = { entries: 0, records: 0 };
  let place: string | undefined;
  while (looked.records < recordsPerPage && looked.entries < entriesPerPage) {
    const most = Math.min(recordsAtOnce, recordsPerPage - looked.records, Math.max(limit - items.length, 1));
    const wanted: Held[] = [];
    while (wanted.length < most && looked.entries < entriesPerPage) {
      const same = await nextOperation(merge);
      const [entry] = same;
      if (!entry) break;
      looked.entries += same.length;
      place = entry.entity.rowKey;
      if (mayFit(entry, filter)) wanted.push(...same);
    }
    looked.records += wanted.length;
    for (const { row, stored } of await recordsOf(entries, wanted)) {
      if (!matches(stored.record, filter)) continue;
      items.push(stored);
      if (items.length < limit) continue;
      const isLast = row === place && (await merge.peek()) === undefined;
      return { items, ...(isLast ? {} : { cursor: row }) };
    }
    if ((await merge.peek()) === undefined) return { items };
  }
  return { items, ...(place === undefined ? {} : { cursor: place }) };
}

/** All entries of one operation: while it moves from list to list it has two. */
async function nextOperation(merge: Merge<Held>): Promise<Held[]> {
  const first = await merge.take();
  if (!first) return [];
  const same = [first];
  for (let next = await merge.peek(); next && byRow(next, first) === 0; next = await merge.peek()) {
    same.push(next);
    await merge.take();
  }
  return same;
}

/** The records behind entries, each once, in their order. Entries that nothing stands behind are cleared away. */
async function recordsOf(entries: Entries, wanted: readonly Held[]) {
  const keys = wanted.map(({ entity }) => textIn(entity, "key") ?? "");
  const unique = [...new Set(keys)];
  const rows = await entries.rows(unique.map(rowPlaceOf));
  const found = new Map(unique.map((key, index) => [key, rows[index]]));
  const stale: Held[] = [];
  const records = new Map<string, { readonly row: string; readonly stored: Stored }>();
  for (const [index, entry] of wanted.entries()) {
    const key = keys[index] ?? "";
    const { partitionKey, rowKey } = entry.entity;
    const held = found.get(key);
    const list = held && standingOf(held.entity, held.etag).list;
    // Another row: forgotten and asked for anew, with entries of its own.
    if (held && list?.row === rowKey) {
      records.set(key, { row: rowKey, stored: storedOf(held) });
      if (!isListed(partitionKey, list)) stale.push(entry);
    } else stale.push(entry);
  }
  await entries.dropStale(stale);
  return records.values();
}

/** Records in order of their keys, strongly consistent: the table itself has them so. */
export async function prefixPage(table: Table, prefix: string, limit: number, cursor?: string): Promise<Page<Stored>> {
  if (cursor !== undefined && !cursor.startsWith(prefix)) throw cursorError();
  const partitions = partitionsOf(prefix);
  if (!isKey(prefix)) return { items: [] };
  const from = cursor === undefined ? { from: encoded(prefix) } : { after: encoded(cursor) };
  const runs = partitions.map((partition) => table.run({ partition, ...from, before: endOf(encoded(prefix)) }));
  const merge = new Merge<Held>(runs, byRow, limit);
  const items: Stored[] = [];
  while (items.length < limit) {
    const held = await merge.take();
    if (!held) return { items };
    items.push(storedOf(held));
  }
  const end = items.at(-1);
  return end && (await merge.peek()) !== undefined ? { items, cursor: end.key } : { items };
}

function cursorError(): InvalidInputError {
  return new InvalidInputError("Expected a cursor from the page before, got another text", { code: "invalid-cursor" });
}

/** Told by the entry alone, so that what is of another type or connection is not read. */
function mayFit({ entity }: Held, { type, connection }: OperationFilter): boolean {
  return [
    [type, textIn(entity, "type")],
    [connection, textIn(entity, "connection")],
  ].every(([wanted, found]) => wanted === undefined || found === undefined || wanted === found);
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
