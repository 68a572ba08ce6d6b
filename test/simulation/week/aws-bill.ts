import type { LedgerRecord } from "../../../lib/contracts/operation.ts";
import { type Item, itemBytes, itemOf } from "../../../lib/platforms/aws/ledger/item.ts";
import { dueParts } from "../../../lib/platforms/aws/ledger/layout.ts";
import { moved, unitsOf } from "../../platforms/aws/ledger-bill.ts";
import { awsPrices } from "../../platforms/prices.ts";
import type { Port } from "../fleet/faults.ts";
import type { Bill, BillLine } from "./bill.ts";

/** An index is asked for what is due in each of its parts; such a read is half a unit. */
const unitsOfSweep = dueParts.length / 2;

/** By the formula of docs/aws.md, with the calls of this world in it. */
export class AwsBill implements Bill {
  readonly #nowMs: () => number;
  readonly #wallNow: () => number;
  readonly #items = new Map<string, { readonly item: Item; readonly bytes: number }>();
  #invocations = 0;
  #busyMs = 0;
  #sends = 0;
  #settles = 0;
  #writeUnits = 0;
  #indexUnits = 0;
  #reads = 0;
  #sweeps = 0;
  #events = 0;

  constructor(nowMs: () => number, wallNow: () => number) {
    this.#nowMs = nowMs;
    this.#wallNow = wallNow;
  }

  io(port: Port, key: string): void {
    if (port === "host") this.#settles += 1;
    if (port !== "ledger") return;
    if (key.includes("ledger.read")) this.#reads += 1;
    if (key.endsWith("ledger.due")) this.#sweeps += 1;
  }

  /** The larger of what was and what is there, and what moves in the indexes. */
  written(key: string, _before: LedgerRecord | undefined, after: LedgerRecord | undefined): void {
    const was = this.#items.get(key);
    const item = after && itemOf(key, after, this.#wallNow());
    const bytes = item ? itemBytes(item) : 0;
    this.#writeUnits += unitsOf(Math.max(bytes, was?.bytes ?? 0));
    this.#indexUnits += moved(was?.item, item);
    if (item) this.#items.set(key, { item, bytes });
    else this.#items.delete(key);
  }

  published(): void {
    this.#events += 1;
  }

  queued(): void {
    this.#sends += 1;
  }

  invoked(): () => void {
    this.#invocations += 1;
    const beganMs = this.#nowMs();
    return () => {
      this.#busyMs += this.#nowMs() - beganMs;
    };
  }

  lines(): readonly BillLine[] {
    const price = awsPrices();
    const gbSeconds = (this.#busyMs / 1_000) * price.memoryGb;
    // Each batch is received with one request, and deleted with another one.
    const queue = this.#sends + this.#invocations + this.#settles;
    const reads = this.#reads + this.#sweeps * unitsOfSweep;
    const line = (what: string, count: number, unit: string, each: number): BillLine => ({
      ...{ what, count, unit, dollars: count * each },
    });
    return [
      line("Lambda", this.#invocations, "requests", price.lambdaRequest),
      line("Lambda", gbSeconds, "GB-seconds", price.lambdaGbSecond),
      line("SQS", queue, "requests", price.queueRequest),
      line("DynamoDB", this.#writeUnits, "write units", price.writeUnit),
      line("DynamoDB", this.#indexUnits, "index units", price.writeUnit),
      line("DynamoDB", reads, "read units", price.readUnit),
      line("EventBridge", this.#events, "events", price.event),
    ];
  }
}
