import { setTimeout as pauseOnTimer } from "node:timers/promises";
import { RetryableError } from "../contracts/errors.ts";

/** How often and how fast calls are repeated inside one invocation; what lasts longer is a `RetryableError` and the queue's business. */
export interface Persistence {
  readonly attempts: number;
  /** Before the second attempt; doubles from there. */
  readonly firstPauseMs: number;
  readonly pause: (ms: number) => Promise<unknown>;
  /** In [0, 1). */
  readonly chance: () => number;
}

export const defaultPersistence: Persistence = {
  attempts: 3,
  firstPauseMs: 100,
  pause: (ms) => pauseOnTimer(ms),
  chance: Math.random,
};

/** Half of the pause is chance, so that instances that were throttled together do not come back together. */
export async function pauseBefore(attempt: number, { firstPauseMs, pause, chance }: Persistence): Promise<void> {
  const longest = firstPauseMs * 2 ** (attempt - 2);
  await pause(longest / 2 + (longest / 2) * chance());
}

/**
 * Repeats work that failed in a way that passes. Only for work that may be done twice.
 * @param work throws a `RetryableError` for what passes; its attempt counts from 1
 */
export async function trying<Value>(
  persistence: Persistence,
  work: (attempt: number) => Promise<Value>,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    if (attempt > 1) await pauseBefore(attempt, persistence);
    try {
      return await work(attempt);
    } catch (error) {
      // Whoever was told how long to wait does not wait inside a function.
      const passes = error instanceof RetryableError && error.retryAfterMs === undefined;
      if (!passes || attempt >= persistence.attempts) throw error;
    }
  }
}
