import { describeDuration } from "../../lib/contracts/duration.ts";
import { Later } from "../../lib/operations/control-flow.ts";

/** Dates in answers have whole seconds. */
const stepMs = 2_000;

/**
 * A clock of ours that was moved forward must not shorten a grace: the provider's own has to have passed as well.
 * @throws Later while that one has not; where answers say nothing of it, ours decides alone
 */
export function waitForClockThere(until: number | undefined, there: number | undefined, now: number): void {
  const leftMs = until === undefined || there === undefined ? 0 : until - there;
  if (leftMs <= stepMs) return;
  const detail = `The grace is over by the clock here, and not by the provider's: ${describeDuration(leftMs)} are left`;
  throw new Later("clock", detail, { at: now + leftMs, attention: "Look at the clock of this host" });
}
