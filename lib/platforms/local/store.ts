import { ConfigurationError, messageOf } from "../../contracts/errors.ts";
import type { Clock, Log } from "../../contracts/ports.ts";
import { CommitSchedule } from "./commit-schedule.ts";
import { canPass, meansDamage, sqliteCodeOf } from "./database.ts";
import { DiskHealth, type Health } from "./disk-health.ts";
import { emptyGroup, isEmpty, type Part } from "./group.ts";
import type { Timers } from "./timers.ts";
import type { GroupWriter } from "./writer.ts";

/** Time between two tries while the disk refuses. */
const retryMs = 1_000;

export interface StoreOptions {
  /** Named in errors. */
  readonly folder: string;
  readonly writer: GroupWriter;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly log: Log;
  /** The highest number that the database knows. */
  readonly sequence: number;
}

type Waiter = PromiseWithResolvers<void>;

/** Since the folder was opened. */
export interface StoreFigures {
  readonly commits: number;
  readonly commitMs: number;
  readonly flushes: number;
  readonly flushMs: number;
}

/**
 * Group commit. Changes are made in memory at once; from time to time all of them are written as one transaction, and flushed to the
 * disk. Groups are written in order, each wholly or not at all: a crash loses the newest changes and never one out of the middle.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #schedule: CommitSchedule;
  readonly #parts: Part[] = [];
  readonly #disk: DiskHealth;
  #sequence: number;
  /** Changes wait to be written; somebody wants them soon; what waits for them. */
  #pending = false;
  #urgent = false;
  #toWrite: Waiter[] = [];
  /** Something was written that the flush under way does not cover. */
  #unflushed = false;
  #toFlush: Waiter[] = [];
  #flushing = false;
  #beingFlushed: Waiter[] = [];
  #retryAsked = false;
  #closed = false;
  #commits = 0;
  #commitMs = 0;
  #flushes = 0;
  #flushMs = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#sequence = options.sequence;
    this.#disk = new DiskHealth(options.folder, options.clock, options.log);
    this.#schedule = new CommitSchedule({
      timers: options.timers,
      monotonicMs: () => options.clock.monotonicMs(),
      // During a flush the next group grows; while the disk refuses, tries have a pace of their own.
      commit: () => {
        if (!this.#flushing && this.#disk.state.ok) this.#write();
      },
    });
  }

  add(part: Part): void {
    this.#parts.push(part);
  }

  /** Takes `count` numbers above every one taken before, and returns the last of them. */
  number(count = 1): number {
    this.#sequence += count;
    return this.#sequence;
  }

  /** @throws ConfigurationError once the folder is closed or its disk cannot be trusted: nothing is promised any more */
  check(): void {
    const { folder } = this.#options;
    if (this.#closed) {
      throw new ConfigurationError(
        `Expected the data folder ${folder} to be open, got one that this process has closed`,
      );
    }
    if (this.#disk.fatal) throw this.#disk.error();
  }

  /** A part has changed: written at the end of this turn when it is `urgent`, otherwise a few milliseconds later. */
  changed(urgent = false): void {
    this.#pending = true;
    this.#urgent ||= urgent;
    this.#schedule.changed();
    this.#plan();
  }

  /** Resolves when everything changed so far survives a power cut, however long the disk refuses it. */
  async durable(): Promise<void> {
    this.check();
    const waiters = this.#pending ? this.#toWrite : this.#unflushed ? this.#toFlush : this.#beingFlushed;
    if (waiters === this.#beingFlushed && !this.#flushing) return;
    // All who wait for the same group share one promise.
    const waiter = waiters[0] ?? Promise.withResolvers<void>();
    waiters[0] = waiter;
    this.#plan();
    return waiter.promise;
  }

  /** Writes everything changed so far, so that queries see it. When the disk refuses, they see what was there before. */
  writeNow(): void {
    this.check();
    this.#write();
  }

  /** Asks the database. Damage that is found here is as bad as when it is found by writing. */
  query<Answer>(ask: () => Answer): Answer {
    this.check();
    try {
      return ask();
    } catch (error) {
      if (!meansDamage(sqliteCodeOf(error))) throw error;
      this.#fail(messageOf(error), true);
      throw this.#disk.error();
    }
  }

  /** Tries at once to store everything changed so far. False when the disk refuses: the changes stay pending and are tried again. */
  async commitNow(): Promise<boolean> {
    this.writeNow();
    this.check();
    if (!this.#disk.state.ok) return false;
    await this.durable();
    return true;
  }

  health(): Health {
    return this.#disk.state;
  }

  onHealth(listener: () => void): () => void {
    return this.#disk.onChange(listener);
  }

  figures(): StoreFigures {
    return { commits: this.#commits, commitMs: this.#commitMs, flushes: this.#flushes, flushMs: this.#flushMs };
  }

  /** Stores what is pending and takes nothing more. False when the disk refused it: that much is lost. */
  async close(): Promise<boolean> {
    if (this.#closed) return true;
    const stored = await this.commitNow().catch(() => false);
    if (this.#flushing) await this.#endOfFlush();
    this.#closed = true;
    this.#reject(
      new ConfigurationError(`Expected ${this.#options.folder} to take all changes, got closed before it did`),
    );
    // Closing a database folds its log into it: what is damaged is left as it is, and let go of when the process ends.
    if (!this.#disk.fatal) this.#options.writer.close();
    return stored;
  }

  async #endOfFlush(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#beingFlushed.push(waiter);
    await waiter.promise.catch(() => undefined);
  }

  #plan(): void {
    if (!this.#pending || this.#flushing || this.#closed || !this.#disk.state.ok) return;
    if (this.#urgent || this.#toWrite.length > 0) this.#schedule.soon();
    else this.#schedule.later();
  }

  #write(): void {
    if (!this.#pending || this.#closed || this.#disk.fatal) return;
    const startedMs = this.#options.clock.monotonicMs();
    const group = emptyGroup();
    try {
      for (const part of this.#parts) part.fill(group);
      group.sequence = this.#sequence;
      group.time = this.#options.clock.now();
      // What was sent and acknowledged since the last group never reaches the disk.
      if (!isEmpty(group)) this.#options.writer.write(group);
    } catch (error) {
      this.#fail(messageOf(error), !canPass(sqliteCodeOf(error)));
      return;
    }
    for (const part of this.#parts) part.written();
    const tookMs = this.#options.clock.monotonicMs() - startedMs;
    this.#commits += 1;
    this.#commitMs += tookMs;
    this.#schedule.committed(tookMs);
    this.#unflushed ||= !isEmpty(group) || this.#toWrite.length > 0;
    this.#toFlush.push(...this.#toWrite);
    this.#toWrite = [];
    this.#pending = false;
    this.#urgent = false;
    this.#disk.stores();
    this.#flush();
  }

  #flush(): void {
    if (this.#flushing || !this.#unflushed || this.#closed) return;
    this.#flushing = true;
    this.#unflushed = false;
    this.#beingFlushed = this.#toFlush;
    this.#toFlush = [];
    const sequence = this.#sequence;
    const startedMs = this.#options.clock.monotonicMs();
    this.#options.writer.flush((error) => {
      this.#flushing = false;
      this.#flushes += 1;
      this.#flushMs += this.#options.clock.monotonicMs() - startedMs;
      // After a failed flush the system may have forgotten what it could not write: only a fresh start shows what is there.
      if (error) this.#fail(messageOf(error), true);
      else this.#flushed(sequence);
    });
  }

  #flushed(sequence: number): void {
    const waiters = this.#beingFlushed;
    this.#beingFlushed = [];
    for (const part of this.#parts) part.flushed?.(sequence);
    for (const waiter of waiters) waiter.resolve();
    this.#flush();
    this.#plan();
  }

  #fail(reason: string, fatal: boolean): void {
    this.#disk.refuses(reason, fatal);
    if (fatal) this.#reject(this.#disk.error());
    else this.#retryLater();
  }

  #retryLater(): void {
    if (this.#retryAsked) return;
    this.#retryAsked = true;
    this.#options.timers.after(retryMs, () => {
      this.#retryAsked = false;
      this.#write();
    });
  }

  #reject(error: Error): void {
    const waiters = [...this.#beingFlushed, ...this.#toFlush, ...this.#toWrite];
    this.#beingFlushed = [];
    this.#toFlush = [];
    this.#toWrite = [];
    for (const waiter of waiters) waiter.reject(error);
  }
}
