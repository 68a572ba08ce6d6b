import type { Context } from "aws-lambda";
import type { After } from "../../after.ts";
import { guardTime, type TimeGuard } from "../../time-guard.ts";
import type { Middleware } from "./middleware.ts";

const guards = new WeakMap<Context, TimeGuard>();

/** @throws Error when no middleware has set one */
export function guardOf(context: Context): TimeGuard {
  const guard = guards.get(context);
  if (guard) return guard;
  throw new Error("Expected the time of the invocation to be guarded, got an invocation without guard");
}

/** Lambda ends a function at its time limit: its work ends before. */
export function timeGuard(after: After): Middleware {
  const end = ({ context }: { readonly context: Context }) => guards.get(context)?.callOff();
  return {
    before({ context }) {
      guards.set(
        context,
        guardTime(after, () => context.getRemainingTimeInMillis()),
      );
    },
    after: end,
    onError: end,
  };
}
