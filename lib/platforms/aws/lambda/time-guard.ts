import type { Context } from "aws-lambda";
import type { After } from "../timers.ts";
import type { Middleware } from "./middleware.ts";

/** Before Lambda ends the function: time for a handler to come back after its signal was aborted, and for what is left to be settled. */
export const abortMarginMs = 5_000;
/** Before Lambda ends the function: what has not come back by then is given up, so that the others are still reported. */
export const answerMarginMs = 1_500;

/** The time of one invocation. */
export interface TimeGuard {
  /** Aborted when it is time to come back. */
  readonly signal: AbortSignal;
  /** Until then. */
  remainingMs(): number;
  /** Resolves when nothing can be waited for any more. */
  readonly over: Promise<void>;
}

const guards = new WeakMap<Context, TimeGuard>();

/** @throws Error when no middleware has set one */
export function guardOf(context: Context): TimeGuard {
  const guard = guards.get(context);
  if (guard) return guard;
  throw new Error("Expected the time of the invocation to be guarded, got an invocation without guard");
}

/** Ends work a margin before Lambda ends the function: a function that is cut off reports nothing, and all its messages come again. */
export function timeGuard(after: After): Middleware {
  const callOffs = new WeakMap<Context, () => void>();
  const end = ({ context }: { readonly context: Context }) => callOffs.get(context)?.();
  return {
    before({ context }) {
      const leftMs = () => context.getRemainingTimeInMillis();
      const controller = new AbortController();
      const over = Promise.withResolvers<void>();
      const abort = () => controller.abort(new Error("Expected the work to end before the function does"));
      const remainingMs = () => Math.max(0, leftMs() - abortMarginMs);
      if (remainingMs() === 0) abort();
      const timers = [after(remainingMs(), abort), after(Math.max(0, leftMs() - answerMarginMs), () => over.resolve())];
      callOffs.set(context, () => {
        for (const callOff of timers) callOff();
      });
      guards.set(context, { signal: controller.signal, remainingMs, over: over.promise });
    },
    after: end,
    onError: end,
  };
}
