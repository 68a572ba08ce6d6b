import type { Clock } from "../contracts/ports.ts";

/** A step of the wall clock that is worth a word: beyond what time services correct by themselves. */
export const reportedJumpMs = 2_000;
/** How much slower time passes while the wall clock is behind: an hour's step back is caught up with in a day. */
const slewing = 0.05;

export interface ClockSources {
  /** Milliseconds since 1970, as the system has them. */
  readonly wall: () => number;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
}

export const systemSources: ClockSources = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * Follows the wall clock forwards and never goes back: after a step back, time goes on a little slower until the wall has caught up.
 * @param onJump called once for each step of more than two seconds, with its size; positive is forwards
 * @param floorMs where time stood when it was last seen, by who went before (ms since 1970): it goes on from there
 */
export function createClock(
  sources: ClockSources = systemSources,
  onJump?: (byMs: number) => void,
  floorMs = 0,
): Clock {
  let wallBefore = sources.wall();
  let monotonicBefore = sources.monotonic();
  let time = Math.max(wallBefore, floorMs);

  function now(): number {
    const wall = sources.wall();
    const monotonic = sources.monotonic();
    const elapsed = Math.max(0, monotonic - monotonicBefore);
    const jump = wall - wallBefore - elapsed;
    wallBefore = wall;
    monotonicBefore = monotonic;
    time = Math.max(wall, time + elapsed * (1 - slewing));
    if (Math.abs(jump) > reportedJumpMs) onJump?.(jump);
    return Math.floor(time);
  }

  return { now, wallMs: () => Math.floor(sources.wall()), monotonicMs: sources.monotonic };
}
