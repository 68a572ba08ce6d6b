const LEAST_MS = 100;

/**
 * When a queue is asked: at once after a batch, and after nothing at intervals that double. The host varies them a little by chance,
 * which this does not.
 * @see https://github.com/Azure/azure-webjobs-sdk/blob/v3.x/src/Microsoft.Azure.WebJobs.Host/Timers/RandomizedExponentialBackoffStrategy.cs
 */
export class Polls {
  readonly #longestMs: number;
  #nextAtMs: number;
  #empty = 0;
  #isOnItsWay = false;

  constructor(longestMs: number, firstAtMs: number) {
    this.#longestMs = longestMs;
    this.#nextAtMs = firstAtMs;
  }

  /** The first one that may find something. Those before it would only have made the intervals longer, and are reckoned. */
  firstFrom(visibleAtMs: number = this.#nextAtMs): number {
    if (this.#isOnItsWay || visibleAtMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    let at = this.#nextAtMs;
    for (let empty = this.#empty + 1; at < visibleAtMs; empty += 1) {
      const interval = this.#intervalAfter(empty);
      // From here on they are all the same.
      const times = interval < this.#longestMs ? 1 : Math.ceil((visibleAtMs - at) / interval);
      at += times * interval;
    }
    return at;
  }

  /** Something has been found, or somebody knows of something. */
  now(nowMs: number): void {
    this.#nextAtMs = nowMs;
    this.#empty = 0;
  }

  /** There is one at a time. */
  begin(): void {
    this.#isOnItsWay = true;
  }

  /** As long as nothing else is known, nothing was found. */
  end(nowMs: number): void {
    this.#isOnItsWay = false;
    this.#empty += 1;
    this.#nextAtMs = nowMs + this.#intervalAfter(this.#empty);
  }

  #intervalAfter(empty: number): number {
    return Math.min(this.#longestMs, LEAST_MS * 2 ** (empty - 1));
  }
}
