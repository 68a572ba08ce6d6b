import { RetryableError } from "../../../contracts/errors.ts";
import type { LedgerRecord } from "../../../contracts/operation.ts";
import type { Clock, Ledger, OperationFilter, Page, Stored, Version } from "../../../contracts/ports.ts";
import { defaultPersistence, type Persistence, pauseBefore } from "../../trying.ts";
import type { SdkParts } from "../sdk.ts";
import { dueKeys } from "./due.ts";
import { Entries } from "./entries.ts";
import { isKey } from "./keys.ts";
import { operationsPage, prefixPage } from "./lists.ts";
import { duePartitions, type Place } from "./places.ts";
import {
  named,
  placesOf,
  rowOf,
  rowPlaceOf,
  type Standing,
  standingIn,
  standingOf,
  storedOf,
  versionOf,
} from "./row.ts";
import { type Entity, type Held, Table, textIn } from "./table.ts";

export interface TablesLedgerOptions extends SdkParts {
  readonly table: string;
  readonly persistence?: Persistence;
}

/** What became of a conditional write. `doubtful`: an answer was lost before, so it may be what stands there. */
interface Written<Answer> {
  readonly answer: Answer;
  readonly doubtful: boolean;
}

/**
 * Azure Tables. Every answered write is durable and seen by every read. A record is one row, written on the condition of its ETag; its
 * entries in the indexes are rows of their own (see places.ts). Most writes are one request.
 */
export function createTablesLedger(options: TablesLedgerOptions): Ledger {
  const { persistence = defaultPersistence } = options;
  return new TablesLedger(new Table({ ...options, persistence }), options.clock, persistence);
}

class TablesLedger implements Ledger {
  readonly #table: Table;
  readonly #entries: Entries;
  readonly #persistence: Persistence;

  constructor(table: Table, clock: Clock, persistence: Persistence) {
    this.#table = table;
    this.#entries = new Entries(table, clock);
    this.#persistence = persistence;
  }

  create(key: string, record: LedgerRecord): Promise<Version | undefined> {
    return this.#put(key, record, undefined, (row) => this.#table.insert(row));
  }

  async read(key: string): Promise<Stored | undefined> {
    // Keys may come from outside: under one that Tables would not take, there is nothing.
    const held = isKey(key) ? await this.#table.get(rowPlaceOf(key)) : undefined;
    return held && storedOf(held);
  }

  async write(key: string, record: LedgerRecord, expected: Version): Promise<Version | undefined> {
    const standing = standingIn(expected);
    // Checked as any other: what a ledger does not take is refused all the same.
    if (!standing) return void rowOf(key, record);
    return this.#put(key, record, standing, (row) => this.#table.replace(row, standing.etag));
  }

  async remove(key: string, expected: Version): Promise<boolean> {
    const standing = standingIn(expected);
    if (!standing || !isKey(key)) return false;
    const place = rowPlaceOf(key);
    const { answer: removed, doubtful } = await this.#conditionally(() => this.#table.remove(place, standing.etag));
    // After a lost answer: when nothing is there any more, it was the one that told of the removal.
    if (!removed && !(doubtful && (await this.#table.get(place, [named.nonce])) === undefined)) return false;
    await this.#entries.drop(placesOf(key, standing));
    return true;
  }

  due(nowMs: number, limit: number): Promise<readonly string[]> {
    return dueKeys(this.#table, this.#entries, nowMs, limit);
  }

  listOperations(filter: OperationFilter, limit: number, cursor?: string): Promise<Page<Stored>> {
    return operationsPage(this.#table, this.#entries, filter, limit, cursor);
  }

  listByPrefix(prefix: string, limit: number, cursor?: string): Promise<Page<Stored>> {
    return prefixPage(this.#table, prefix, limit, cursor);
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  async #put(
    key: string,
    record: LedgerRecord,
    standing: Standing | undefined,
    write: (row: Entity) => Promise<string | undefined>,
  ): Promise<Version | undefined> {
    const row = rowOf(key, record, standing);
    const [before, after] = [standing ? placesOf(key, standing) : [], placesOf(key, standingOf(row, ""))];
    const isIn = (places: typeof after) => (one: (typeof after)[number]) =>
      places.some(({ partition, row }) => partition === one.partition && row === one.row);
    const added = after.filter((one) => !isIn(before)(one));
    await this.#entries.file(key, record, added);
    const { answer: etag, doubtful } = await this.#conditionally(() => write(row));
    if (etag !== undefined) {
      await this.#entries.drop(before.filter((one) => !isIn(after)(one)));
      return versionOf(standingOf(row, etag));
    }
    // A condition that does not hold may be due to ourselves: an answer was lost, here or before the caller asked again. The nonce tells.
    const held = await this.#table.get(rowPlaceOf(key), standingNames);
    const isOurs = held !== undefined && textIn(held.entity, named.nonce) === record.nonce;
    const found = held && placesOf(key, standingOf(held.entity, held.etag));
    if (isOurs) await this.#entries.drop(before.filter((one) => !isIn(found ?? [])(one)));
    // Refused for certain, so what was filed for it goes, unless the row that stands there has taken it over. In doubt it stays.
    else if (!doubtful) await this.#entries.drop(added.filter((one) => !isIn(found ?? [])(one) && isOwn(one, held)));
    return isOurs ? versionOf(standingOf(held.entity, held.etag)) : undefined;
  }

  async #conditionally<Answer>(ask: () => Promise<Answer>): Promise<Written<Answer>> {
    let doubtful = false;
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, this.#persistence);
      try {
        return { answer: await ask(), doubtful };
      } catch (error) {
        if (!(error instanceof RetryableError) || error.retryAfterMs !== undefined) throw error;
        if (attempt >= this.#persistence.attempts) throw error;
        doubtful ||= error.effect !== "none";
      }
    }
  }
}

const standingNames = [named.nonce, named.due, named.status, named.list, named.parent];

/**
 * Whether nobody else can need an entry of a refused write. An entry by time belongs to one write. One of a list belongs to whoever ends
 * the operation so, maybe at this moment; only beside the row of another creation it is nobody's.
 */
function isOwn({ partition, row }: Place, held: Held | undefined): boolean {
  if (duePartitions.includes(partition)) return true;
  const list = held && textIn(held.entity, named.list);
  return list !== undefined && list !== row;
}
