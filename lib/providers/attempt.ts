import type { StartTimer } from "./timer.ts";

/** Why an attempt was ended from our side. */
export type Ended = "timed-out" | "interrupted";

/** One request under way, bounded by a time-out and by its caller. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** Undefined as long as nobody ended it. */
  ended(): Ended | undefined;
  /** Waits for the promise, but not beyond the end: whoever ignores the signal must not hold us up. */
  until<Value>(promise: Promise<Value>): Promise<Value>;
  /** Calls off the timer and lets go of the caller's signal, which may live much longer. */
  close(): void;
}

export function startAttempt(caller: AbortSignal | undefined, timeoutMs: number, startTimer: StartTimer): Attempt {
  const controller = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => {});
  let ended: Ended | undefined;
  const end = (why: Ended) => {
    ended ??= why;
    const reason = new Error(`The request was ${ended}`);
    controller.abort(reason);
    reject(reason);
  };
  const interrupt = () => end("interrupted");
  const callOff = startTimer(timeoutMs, () => end("timed-out"));
  if (caller?.aborted) interrupt();
  caller?.addEventListener("abort", interrupt, { once: true });
  return {
    signal: controller.signal,
    ended: () => ended,
    until: (promise) => {
      promise.catch(() => {});
      return Promise.race([promise, over]);
    },
    close: () => {
      callOff();
      caller?.removeEventListener("abort", interrupt);
    },
  };
}
