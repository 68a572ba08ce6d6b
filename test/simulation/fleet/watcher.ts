import type { DroverEvent } from "../../../lib/contracts/event.ts";
import type { LedgerRecord } from "../../../lib/contracts/operation.ts";
import type { Boundary, IoPlan } from "./faults.ts";
import type { Work } from "./io.ts";
import type { QueuedMessage } from "./store.ts";

/** Measures a world, and changes nothing in it. */
export interface Watcher {
  /** An I/O begins. */
  io?(boundary: Boundary, plan: IoPlan, work: Work | undefined): void;
  written?(key: string, before: LedgerRecord | undefined, after: LedgerRecord | undefined): void;
  published?(event: DroverEvent): void;
  queued?(message: QueuedMessage): void;
  /** A function is called with so many messages. The result is called when it has ended, unless its process dies before. */
  invoked?(queue: string, messages: number, process: string): () => void;
  acknowledged?(work: Work): void;
}
