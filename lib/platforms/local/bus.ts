import type { DatabaseSync, StatementSync } from "node:sqlite";
import { messageOf } from "../../contracts/errors.ts";
import type { DroverEvent } from "../../contracts/event.ts";
import type { Clock, Log, ReadableBus, StoredEvent } from "../../contracts/ports.ts";
import { decompressEvents } from "./event-block.ts";
import type { Group, Part } from "./group.ts";
import type { Store } from "./store.ts";

/** A log of events. Those of one group stand in one row, so that a busy second costs a few rows and not thousands. */
export class LocalBus implements ReadableBus, Part {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #after: StatementSync;
  readonly #oldest: StatementSync;
  readonly #listeners = new Set<() => void>();
  /** JSON of each event: what cannot be serialized is refused when it is published, and never stops a commit. */
  #published: string[] = [];
  /** Position of the last event that was written, and of the last one that survives a power cut. */
  #written: number;
  #durable: number;
  #trimBefore: number | undefined;

  constructor(store: Store, database: DatabaseSync, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#after = database.prepare("SELECT last, events FROM events WHERE last > ? AND last <= ? ORDER BY last");
    this.#oldest = database.prepare("SELECT at FROM events ORDER BY last LIMIT 1");
    this.#durable = store.number(0);
    this.#written = this.#durable;
    store.add(this);
  }

  async publish(events: readonly DroverEvent[]): Promise<void> {
    this.#store.check();
    if (events.length === 0) return;
    const texts = events.map((event) => JSON.stringify(event));
    this.#published.push(...texts);
    this.#store.changed(true);
  }

  async read(after: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.#store.query(() => this.#read(after, limit));
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets the oldest events that were stored before this time; a bounded number, so it is called again and again. */
  async trim(beforeMs: number): Promise<void> {
    this.#store.check();
    this.#trimBefore = beforeMs;
    this.#store.changed();
  }

  fill(group: Group): void {
    group.trimEventsBefore = this.#trimBefore;
    const { length } = this.#published;
    if (length === 0) return;
    this.#written = this.#store.number(length);
    group.events = { last: this.#written, at: this.#clock.now(), json: `[${this.#published.join(",")}]` };
  }

  written(): void {
    this.#published = [];
    // A busy minute stores more groups than one commit forgets: the next ones go on until nothing old is left.
    if (this.#trimBefore !== undefined && !this.#hasOlderThan(this.#trimBefore)) this.#trimBefore = undefined;
  }

  flushed(sequence: number): void {
    const added = this.#written > this.#durable;
    this.#durable = sequence;
    if (!added) return;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#log.error("a listener for events failed", { cause: messageOf(error) });
      }
    }
  }

  #hasOlderThan(atMs: number): boolean {
    try {
      const oldest = this.#oldest.get()?.["at"];
      return oldest !== undefined && Number(oldest) < atMs;
    } catch {
      // What is wrong with the database is found by whoever writes or reads next, and said there.
      return false;
    }
  }

  #read(after: number, limit: number): StoredEvent[] {
    const found: StoredEvent[] = [];
    for (const row of this.#after.iterate(after, this.#durable)) {
      const events: DroverEvent[] = JSON.parse(decompressEvents(row["events"]));
      const first = Number(row["last"]) - events.length + 1;
      for (const [index, event] of events.entries()) {
        if (found.length >= limit) return found;
        if (first + index > after) found.push({ position: first + index, event });
      }
    }
    return found;
  }
}
