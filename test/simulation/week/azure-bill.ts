import type { LedgerRecord } from "../../../lib/contracts/operation.ts";
import { duePartitions, dueRowOf, listPlaceOf, listPlacesAt } from "../../../lib/platforms/azure/ledger/places.ts";
import { azurePrices } from "../../platforms/prices.ts";
import type { Port } from "../fleet/faults.ts";
import type { Bill, BillLine } from "./bill.ts";

interface Standing {
  readonly due: string | undefined;
  readonly lists: ReadonlySet<string>;
}

const nowhere: Standing = { due: undefined, lists: new Set() };

/** By the formula of docs/azure.md, with the calls of this world in it. */
export class AzureBill implements Bill {
  readonly #nowMs: () => number;
  readonly #standing = new Map<string, Standing>();
  /** Of each instance that works: since when, and at how many messages. */
  readonly #working = new Map<string, { readonly sinceMs: number; messages: number }>();
  readonly #prices = azurePrices();
  #executions = 0;
  #busyMs = 0;
  #sends = 0;
  #tableRequests = 0;
  #events = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  io(port: Port, key: string): void {
    if (port !== "ledger" || key.endsWith("ledger.durable")) return;
    // What is due is asked for in each part of its index; everything else is one request for the row itself.
    this.#tableRequests += key.endsWith("ledger.due") ? duePartitions.length : 1;
  }

  /** Rows of the indexes, each filed and dropped in a request of its own. */
  written(key: string, _before: LedgerRecord | undefined, after: LedgerRecord | undefined): void {
    const was = this.#standing.get(key) ?? nowhere;
    const is = after ? standingOf(key, after, was.due) : nowhere;
    if (was.due !== is.due) this.#tableRequests += (was.due === undefined ? 0 : 1) + (is.due === undefined ? 0 : 1);
    this.#tableRequests += was.lists.symmetricDifference(is.lists).size;
    if (after) this.#standing.set(key, is);
    else this.#standing.delete(key);
  }

  published(): void {
    this.#events += 1;
  }

  queued(): void {
    this.#sends += 1;
  }

  /** An instance is billed while at least one message is at work in it, each time a second at the least. */
  invoked(messages: number, process: string): () => void {
    this.#executions += messages;
    const known = this.#working.get(process);
    if (known) known.messages += messages;
    else this.#working.set(process, { sinceMs: this.#nowMs(), messages });
    return () => {
      const working = this.#working.get(process);
      if (!working) return;
      working.messages -= messages;
      if (working.messages > 0) return;
      this.#busyMs += Math.max(this.#prices.shortestMs, this.#nowMs() - working.sinceMs);
      this.#working.delete(process);
    };
  }

  lines(): readonly BillLine[] {
    const price = this.#prices;
    const line = (what: string, count: number, unit: string, each: number): BillLine => ({
      ...{ what, count, unit, dollars: count * each },
    });
    return [
      line("Functions", this.#executions, "executions", price.execution),
      line("Functions", (this.#busyMs / 1_000) * price.memoryGb, "GB-seconds", price.gbSecond),
      // Sent, received and removed.
      line("Queues", this.#sends + 2 * this.#executions, "requests", price.queueRequest),
      line("Tables", this.#tableRequests, "requests", price.tableRequest),
      line("Event Grid", this.#events, "events", price.event),
    ];
  }
}

function standingOf(key: string, record: LedgerRecord, due: string | undefined): Standing {
  const place = listPlaceOf(record);
  const lists = place ? listPlacesAt(place).map(({ partition, row }) => `${partition}/${row}`) : [];
  return { due: dueRowOf(key, record, due), lists: new Set(lists) };
}
