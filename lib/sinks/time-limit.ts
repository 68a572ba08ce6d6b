/** Calls back once after `ms`; returns what calls it off. */
export type After = (ms: number, callback: () => void) => () => void;

export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Which end came first; undefined as long as none did. */
  ended(): "timed-out" | "interrupted" | undefined;
  /** Waits for the promise, but not beyond the end. */
  until<Value>(promise: Promise<Value>): Promise<Value>;
  close(): void;
}

/** One delivery under way: it ends with the time-out, or with its caller. */
export function startTimeLimit(caller: AbortSignal, timeoutMs: number, after: After): TimeLimit {
  const controller = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => {});
  let ended: "timed-out" | "interrupted" | undefined;
  const end = (why: "timed-out" | "interrupted") => {
    ended ??= why;
    const reason = new Error(`The delivery was ${ended}`);
    controller.abort(reason);
    reject(reason);
  };
  const interrupt = () => end("interrupted");
  const callOff = after(timeoutMs, () => end("timed-out"));
  if (caller.aborted) interrupt();
  caller.addEventListener("abort", interrupt, { once: true });
  return {
    signal: controller.signal,
    ended: () => ended,
    until: (promise) => {
      promise.catch(() => {});
      return Promise.race([promise, over]);
    },
    close: () => {
      callOff();
      caller.removeEventListener("abort", interrupt);
    },
  };
}
