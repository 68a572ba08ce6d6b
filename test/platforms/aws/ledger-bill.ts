import { type Item, itemBytes, unitBytes } from "../../../lib/platforms/aws/ledger/item.ts";
import { unpack } from "../../../lib/platforms/aws/ledger/packing.ts";
import { indexes } from "../../../lib/platforms/aws/ledger/table.ts";
import { awsPrices } from "../prices.ts";
import type { LoggedRequest } from "./fault-proxy.ts";

interface Write {
  readonly what: string;
  readonly bytes: number;
  readonly plainBytes: number;
  readonly units: number;
  readonly indexUnits: number;
}

export const unitsOf = (bytes: number) => Math.max(1, Math.ceil(bytes / unitBytes));

/**
 * What DynamoDB would bill for a log of requests, by its documented rules: a write by the larger of what was and what is there, a write
 * unit for each KB begun; an index entry that appears, goes or changes one unit, one that moves two; a consistent read one unit for
 * each 4 KB begun, others half of it.
 */
export class LedgerBill {
  readonly writes: Write[] = [];
  /** Of single records: what steps read. */
  readUnits = 0;
  /** Of indexes, and of many records at once: what the sweep and lists read. */
  sweepUnits = 0;

  static of(log: readonly LoggedRequest[]): LedgerBill {
    const bill = new LedgerBill();
    const items = new Map<string, Item>();
    for (const request of log) bill.#add(request, items);
    return bill;
  }

  get units(): number {
    return this.writes.reduce((sum, write) => sum + write.units, 0);
  }

  get indexUnits(): number {
    return this.writes.reduce((sum, write) => sum + write.indexUnits, 0);
  }

  summary(title: string): string {
    const { writeUnit, readUnit } = awsPrices();
    const dollars = 1e6 * ((this.units + this.indexUnits) * writeUnit + this.readUnits * readUnit);
    return `${title}: ${this.writes.length} writes = ${this.units} units + ${this.indexUnits} index units; ${this.readUnits} read units; $${dollars.toFixed(2)} per million; sweeps of this run: ${this.sweepUnits} read units`;
  }

  table(): string {
    const lines = this.writes.map(
      ({ what, bytes, plainBytes, units, indexUnits }) =>
        `${what.padEnd(34)} ${String(plainBytes).padStart(5)} B plain ${String(bytes).padStart(5)} B stored ${units} units + ${indexUnits} index`,
    );
    return [...lines, this.summary("until it has ended")].join("\n");
  }

  #add({ operation, body, upstream }: LoggedRequest, items: Map<string, Item>): void {
    if (upstream?.status !== 200) return;
    const asked = JSON.parse(body);
    const answer = JSON.parse(upstream.body);
    if (operation === "PutItem") this.#wrote(wired(asked.Item), items);
    if (operation === "DeleteItem") this.#removed(asked.Key.key.S, items);
    if (operation === "GetItem") this.readUnits += Math.max(1, Math.ceil(itemBytes(wired(answer.Item ?? {})) / 4096));
    if (operation === "Query") this.sweepUnits += asked.ConsistentRead ? 1 : 0.5;
    if (operation === "BatchGetItem") {
      for (const { Keys, ConsistentRead } of Object.values<{ Keys: unknown[]; ConsistentRead: boolean }>(
        asked.RequestItems,
      )) {
        this.sweepUnits += Keys.length * (ConsistentRead ? 1 : 0.5);
      }
    }
  }

  #wrote(item: Item, items: Map<string, Item>): void {
    const key = item["key"]?.S ?? "";
    const before = items.get(key);
    const bytes = itemBytes(item);
    const units = unitsOf(Math.max(bytes, before ? itemBytes(before) : 0));
    this.writes.push({
      what: key.slice(0, 32),
      bytes,
      plainBytes: plainBytes(item),
      units,
      indexUnits: moved(before, item),
    });
    items.set(key, item);
  }

  #removed(key: string, items: Map<string, Item>): void {
    const before = items.get(key) ?? {};
    const bytes = itemBytes(before);
    const indexUnits = moved(before, undefined);
    this.writes.push({ what: `- ${key.slice(0, 30)}`, bytes, plainBytes: bytes, units: unitsOf(bytes), indexUnits });
    items.delete(key);
  }
}

/** Bytes come as base64 on the wire. */
function wired(item: Record<string, { S?: string; N?: string; B?: string }>): Item {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      value.B === undefined ? (value as Item[string]) : ({ B: Buffer.from(value.B, "base64") } as Item[string]),
    ]),
  );
}

function plainBytes(item: Item): number {
  const packed = item["record"]?.B;
  return packed ? itemBytes(item) - packed.length + Buffer.byteLength(unpack(packed)) : itemBytes(item);
}

/** Index writes of a change: entries hold keys only, so only a move is one. */
export function moved(before: Item | undefined, after: Item | undefined): number {
  let units = 0;
  for (const { partition, sort } of Object.values(indexes)) {
    const [was, is] = [before, after].map((item) => {
      const [a, b] = [item?.[partition]?.S, item?.[sort]?.S ?? item?.[sort]?.N];
      return a === undefined || b === undefined ? undefined : `${a} ${b}`;
    });
    if (was !== is) units += (was === undefined ? 0 : 1) + (is === undefined ? 0 : 1);
  }
  return units;
}
