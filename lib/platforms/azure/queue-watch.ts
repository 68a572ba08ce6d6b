import { messageOf } from "../../contracts/errors.ts";
import type { Clock, Log } from "../../contracts/ports.ts";
import type { AzureQueue } from "./queue.ts";

/** A function takes what is ready within seconds; one that was asleep, or has much to do, within a minute or two. */
export const untakenMs = 300_000;

export interface QueueWatchOptions {
  readonly queue: Pick<AzureQueue, "firstReady">;
  readonly queues: readonly string[];
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly log: Log;
}

/**
 * Tells when nobody takes from a queue, which nothing else does: a host that finds no queue of that name, or may not read it, is silent,
 * and Azure counts the messages of an account, but not of a queue. A look costs one request for each queue.
 */
export function queueWatch({ queue, queues, clock, log }: QueueWatchOptions): () => Promise<void> {
  const ready = new Map<string, { readonly id: string; readonly sinceMs: number }>();

  async function lookInto(name: string): Promise<void> {
    const nowMs = clock.monotonicMs();
    const id = await queue.firstReady(name);
    const before = ready.get(name);
    if (id === undefined) return void ready.delete(name);
    if (before?.id !== id) return void ready.set(name, { id, sinceMs: nowMs });
    const forMs = nowMs - before.sinceMs;
    if (forMs >= untakenMs) log.error("nobody takes from a queue", { queue: name, message: id, forMs });
  }

  return async () => {
    await Promise.all(
      queues.map((name) =>
        lookInto(name).catch((error: unknown) =>
          log.error("a queue cannot be looked into", { queue: name, error: messageOf(error) }),
        ),
      ),
    );
  };
}
