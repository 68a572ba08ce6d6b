import type { DatabaseSync } from "node:sqlite";
import type { Clock, Log, Randomness } from "../../contracts/ports.ts";
import { createRandomness } from "../randomness.ts";
import { LocalBus } from "./bus.ts";
import type { Health } from "./disk-health.ts";
import { FolderFigures, type LocalFigures, type SeenLetter } from "./figures.ts";
import { folderClock } from "./folder-time.ts";
import { LocalLedger } from "./ledger.ts";
import { openDataFolder } from "./open.ts";
import { LocalQueue } from "./queue.ts";
import { Store } from "./store.ts";
import { systemTimers, type Timers } from "./timers.ts";
import { type GroupWriter, Writer } from "./writer.ts";

export interface LocalPlatformOptions {
  /** Created when it is missing; the folder above it has to exist. */
  readonly folder: string;
  readonly log: Log;
  readonly clock?: Clock;
  readonly randomness?: Randomness;
  readonly timers?: Timers;
  /** For tests that need a disk which fails when it is told to. */
  readonly openWriter?: (database: DatabaseSync, path: string) => GroupWriter;
  /** Records kept in memory beside those that are not on disk yet. */
  readonly cachedRecords?: number;
  /** Waiting messages of each queue that are kept in memory. */
  readonly messageWindow?: number;
}

export interface LocalPlatform {
  readonly folder: string;
  readonly ledger: LocalLedger;
  readonly queue: LocalQueue;
  readonly bus: LocalBus;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly timers: Timers;
  readonly log: Log;
  /** Not ok while the disk refuses to store: take nothing new then. */
  health(): Health;
  onHealth(listener: () => void): () => void;
  /** For metrics and health: cheap on a big folder, and not ordered with what is being written. */
  figures(): LocalFigures;
  /** The newest dead letters. */
  newestDeadLetters(): readonly SeenLetter[];
  /** Tries at once to store everything changed so far; false when the disk refuses. */
  commitNow(): Promise<boolean>;
  /** Stores what is pending and gives the folder back. False when the disk refused the last changes, which are lost then. */
  close(): Promise<boolean>;
}

/** @throws ConfigurationError when the folder cannot be used, is held by another process, or is damaged */
export function openLocalPlatform(options: LocalPlatformOptions): LocalPlatform {
  const { folder, log, timers = systemTimers, randomness = createRandomness() } = options;
  const data = openDataFolder(folder);
  if (data.endedAbruptly) log.info("the last run ended without closing: going on from what it had stored", { folder });
  const { database } = data;
  const sequence = Number(database.prepare("SELECT value FROM counters WHERE name = 'sequence'").get()?.["value"]);
  const clock = options.clock ?? folderClock(database, log);
  const { openWriter = (opened, path) => new Writer(opened, path) } = options;
  const writer = openWriter(database, data.databasePath);
  const store = new Store({ folder, writer, timers, clock, log, sequence });
  async function closeAll(): Promise<boolean> {
    const stored = await store.close();
    const health = store.health();
    // After damage the lock stays until the process ends, and so does the name of who has it.
    if (health.ok || !health.fatal) data.release();
    return stored;
  }
  let closing: Promise<boolean> | undefined;
  let asked: FolderFigures | undefined;
  const figures = () => {
    asked ??= new FolderFigures(database, data.databasePath);
    return asked;
  };
  const ledger = new LocalLedger(store, database, options.cachedRecords);
  const queue = new LocalQueue(store, database, clock, options.messageWindow);
  return {
    folder,
    ledger,
    queue,
    bus: new LocalBus(store, database, clock, log),
    clock,
    randomness,
    timers,
    log,
    health: () => store.health(),
    onHealth: (listener) => store.onHealth(listener),
    figures: () => ({
      ...store.query(() => figures().read(clock.now())),
      queues: queue.figures(),
      store: store.figures(),
    }),
    newestDeadLetters: () => store.query(() => figures().letters()),
    commitNow: () => store.commitNow(),
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}
