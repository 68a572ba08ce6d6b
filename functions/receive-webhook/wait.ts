import type { OperationRecord, TombstoneRecord } from "../../lib/contracts/operation.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/** Changes that come without an event are seen this late. */
const lookAgainMs = 1_000;

type Row = OperationRecord | TombstoneRecord;

/**
 * The record as soon as it differs from what the caller has seen (`updatedAt` of its last answer), or after the wait.
 * Without `since` it is answered at once.
 */
export async function untilChanged<Read extends Row>(
  dependencies: Pick<ApplicationDependencies, "events" | "ports" | "after">,
  read: () => Promise<Read>,
  since: string | undefined,
  waitMs: number,
  signal: AbortSignal,
): Promise<Read> {
  const { ports } = dependencies;
  const endsAtMs = ports.clock.monotonicMs() + waitMs;
  for (;;) {
    const row = await read();
    const isNews = row.kind === "tombstone" || new Date(row.updatedAt).toISOString() !== since;
    const leftMs = endsAtMs - ports.clock.monotonicMs();
    if (since === undefined || isNews || leftMs <= 0 || signal.aborted) return row;
    await eventOrTime(dependencies, Math.min(leftMs, lookAgainMs), signal);
  }
}

/** Resolves with the next committed event, after the time, or when the caller has gone. */
export function eventOrTime(
  { events, after }: Pick<ApplicationDependencies, "events" | "after">,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  const endListening = events?.onCommit(done);
  const callOff = after(ms, done);
  signal.addEventListener("abort", done, { once: true });
  return promise.finally(() => {
    endListening?.();
    callOff();
    signal.removeEventListener("abort", done);
  });
}
