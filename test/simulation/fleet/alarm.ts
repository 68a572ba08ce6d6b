import type { Moment, Timeline } from "./timeline.ts";

/**
 * A timer of the host that fires on a grid, such as every minute. Firings that would find nothing to do are left out and counted: what
 * they would have read says so.
 */
export class Alarm {
  readonly #timeline: Timeline;
  readonly #everyMs: number;
  readonly #fire: () => void;
  #next: Moment | undefined;
  fired = 0;

  constructor(timeline: Timeline, everyMs: number, fire: () => void) {
    this.#timeline = timeline;
    this.#everyMs = everyMs;
    this.#fire = fire;
  }

  /** Something will be there to do at that virtual time. */
  wantedAt(atMs: number | undefined): void {
    if (atMs === undefined) return;
    const earliest = Math.max(atMs, this.#timeline.nowMs + 1);
    const at = Math.ceil(earliest / this.#everyMs) * this.#everyMs;
    if (this.#next && !this.#next.cancelled && this.#next.at <= at) return;
    if (this.#next) this.#next.cancelled = true;
    this.#next = this.#timeline.at(at, () => {
      this.#next = undefined;
      this.fired += 1;
      this.#fire();
    });
  }
}
