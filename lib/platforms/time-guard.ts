import type { After } from "./after.ts";

/** Before the host ends the function: time for a handler to come back after its signal was aborted, and for what is left to be settled. */
export const abortMarginMs = 5_000;
/** Before the host ends the function: what has not come back by then is given up, so that the rest is still settled. */
export const answerMarginMs = 1_500;

/** The time of one invocation. */
export interface TimeGuard {
  /** Aborted when it is time to come back. */
  readonly signal: AbortSignal;
  /** Until then. */
  remainingMs(): number;
  /** Resolves when nothing can be waited for any more. */
  readonly over: Promise<void>;
  /** An instance may be frozen after its invocation: no timer stays behind. */
  callOff(): void;
}

/** Ends work a margin before the host ends the function: a function that is cut off reports nothing, and its messages come again. */
export function guardTime(after: After, leftMs: () => number): TimeGuard {
  const controller = new AbortController();
  const over = Promise.withResolvers<void>();
  const abort = () => controller.abort(new Error("Expected the work to end before the function does"));
  const remainingMs = () => Math.max(0, leftMs() - abortMarginMs);
  if (remainingMs() === 0) abort();
  const timers = [after(remainingMs(), abort), after(Math.max(0, leftMs() - answerMarginMs), () => over.resolve())];
  const callOff = () => {
    for (const stop of timers) stop();
  };
  return { signal: controller.signal, remainingMs, over: over.promise, callOff };
}
