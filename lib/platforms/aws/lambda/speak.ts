import { messageOf } from "../../../contracts/errors.ts";
import type { Voice } from "../platform.ts";
import type { Middleware } from "./middleware.ts";

/** Puts the request's id into every line, and says when an invocation failed as a whole. Never the event: it may hold anything. */
export function speak({ log, invokedAs }: Voice): Middleware {
  return {
    before({ context }) {
      invokedAs(context.awsRequestId);
    },
    onError({ error }) {
      log.error("the invocation failed", { error: messageOf(error) });
    },
  };
}

/** Writes what was counted, also when the invocation failed. */
export function flushMetrics({ metrics }: Voice): Middleware {
  const flush = () => metrics.flush();
  return { after: flush, onError: flush };
}
