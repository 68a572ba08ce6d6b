/** Resolves after `ms`, or rejects with the signal's reason. */
export type Delay = (ms: number, signal: AbortSignal) => Promise<void>;

/** A connection that breaks looks like this to a caller of `fetch` in Node. */
export function droppedConnection(): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }) });
}

/** Keeps silent calls alive: without it, a promise and a signal that only know each other may be collected and never end. */
const silent = new Set<AbortSignal>();

/** Never answers: rejects when the caller gives up. */
export function silence(signal: AbortSignal): Promise<never> {
  silent.add(signal);
  return new Promise((_resolve, reject) => {
    const giveUp = (): void => {
      silent.delete(signal);
      reject(signal.reason);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}
