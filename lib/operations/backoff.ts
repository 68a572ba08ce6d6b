import { hashFraction } from "../contracts/identifiers.ts";
import type { PollPace } from "../contracts/provider.ts";

/** The sweep comes this much later than the message it stands in for. */
export const sweepSlackMs = 120_000;
/** An outbox that is not known to be sent is sent again after this time. */
export const outboxSlackMs = 30_000;
/** Time for the last look of an operation whose deadline has passed. */
export const lastLookGraceMs = 15 * 60_000;

/** Share of the elapsed time that a change may stay unseen. */
const lagShare = 0.15;
const jitterShare = 0.1;

/**
 * Time until poll `n + 1`. It grows with the elapsed time, within the provider's bounds.
 * The jitter is a hash of (operation, n), so that twin messages coincide.
 */
export function pollDelayMs(operation: string, n: number, elapsedMs: number, pace: PollPace): number {
  const delayMs = Math.min(pace.maxMs, Math.max(pace.firstMs, elapsedMs * lagShare));
  const jitter = (hashFraction(`${operation}/${n}`) * 2 - 1) * jitterShare;
  return Math.round(delayMs * (1 + jitter));
}

/** Polls after which the state is written down, so that duplicate chains end: 4, 16, 64, … */
export function isCheckpoint(n: number): boolean {
  let power = 4;
  while (power < n) power *= 4;
  return power === n;
}

/** When the next checkpoint is due if nothing changes: what `wakeAt` is set to, plus slack. */
export function nextCheckpointAt(operation: string, n: number, now: number, since: number, pace: PollPace): number {
  let at = now;
  for (let poll = n; ; poll += 1) {
    at += pollDelayMs(operation, poll, at - since, pace);
    if (isCheckpoint(poll + 1)) return at;
  }
}

/** Delay before try `attempt + 1` of a step that found the provider throttling or unreachable: 1 s doubling to 5 min, with jitter. */
export function retryDelayMs(operation: string, attempt: number, slow = false): number {
  const baseMs = slow ? 60_000 : 1_000;
  const delayMs = Math.min(slow ? 900_000 : 300_000, baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(delayMs * (0.75 + 0.5 * hashFraction(`${operation}/try/${attempt}`)));
}

/** Time until the sweep looks again when nothing has moved since its last look: 2 min doubling to 1 h. */
export function sweepDelayMs(sweeps: number): number {
  return Math.min(3_600_000, sweepSlackMs * 2 ** Math.min(sweeps, 10));
}
