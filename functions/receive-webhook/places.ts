import type { Caller } from "../../lib/clients/caller.ts";
import type { ApplicationDependencies } from "./dependencies.ts";
import { tooMany } from "./too-many.ts";

/** When a place may have become free: the longest wait of a request that is no stream. */
const longestWaitMs = 30_000;

/** What gives the place of a request back that waits; undefined when its client has as many waiting as it may have. */
export function placeFor(
  { waiting }: Pick<ApplicationDependencies, "waiting">,
  caller: Caller,
  waits: boolean,
): (() => void) | undefined {
  return waiting && waits ? waiting.take(caller.name) : () => undefined;
}

export const tooManyWaiting = (): Response =>
  tooMany(
    longestWaitMs,
    "too-many-waiting",
    "Expected fewer streams and waits at once, got more than this client may have: end one, or ask without waiting",
  );
