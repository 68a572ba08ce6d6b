import type { LedgerRecord } from "../../../contracts/operation.ts";
import type { Clock } from "../../../contracts/ports.ts";
import { eachOf } from "../../batches.ts";
import type { Place } from "./places.ts";
import type { Held, Table } from "./table.ts";
import { textIn } from "./table.ts";

/**
 * Longer than any function lives: an entry that no record stands behind may belong to a write that is still on its way, so it is removed
 * only after that.
 */
const graceMs = 3_600_000;
const concurrency = 16;

/** What an entry says beside its place. */
export const entryNames = ["key", "type", "connection", "filedAt"] as const;

/** Rows of the indexes. */
export class Entries {
  readonly #table: Table;
  readonly #clock: Pick<Clock, "now">;

  constructor(table: Table, clock: Pick<Clock, "now">) {
    this.#table = table;
    this.#clock = clock;
  }

  /** All of them are there when it resolves. */
  async file(key: string, record: LedgerRecord, places: readonly Place[]): Promise<void> {
    const filter = record.kind === "operation" ? record.request : undefined;
    const about = {
      key,
      filedAt: String(this.#clock.now()),
      ...(filter === undefined ? {} : { type: filter.type, connection: filter.connection }),
    };
    await eachOf(places, concurrency, ({ partition, row }) =>
      this.#table.file({ partitionKey: partition, rowKey: row, ...about }),
    );
  }

  /** What is left behind does no harm and is found again, so nobody is told of a failure. */
  async drop(places: readonly Place[]): Promise<void> {
    await eachOf(places, concurrency, (place) => this.#table.drop(place)).catch(() => undefined);
  }

  /** Removes those that nobody can be about to need. */
  async dropStale(entries: readonly Held[]): Promise<void> {
    const now = this.#clock.now();
    const old = entries.filter(({ entity }) => Number(textIn(entity, "filedAt") ?? now) + graceMs <= now);
    // On condition: filed again in the meantime, it is about to be needed.
    await eachOf(old, concurrency, async ({ entity: { partitionKey: partition, rowKey: row }, etag }) => {
      await this.#table.remove({ partition, row }, etag);
    }).catch(() => undefined);
  }

  /** Rows of records by the keys of entries, a bounded number at once. Properties: all when absent. */
  async rows(places: readonly Place[], only?: readonly string[]): Promise<readonly (Held | undefined)[]> {
    const rows: (Held | undefined)[] = Array.from({ length: places.length });
    await eachOf([...places.entries()], concurrency, async ([index, place]) => {
      rows[index] = await this.#table.get(place, only);
    });
    return rows;
  }
}
