import type { Clock } from "../contracts/ports.ts";

/** A bucket that fills up evenly and holds what may come at once. */
interface Bucket {
  tokens: number;
  filledAtMs: number;
}

interface Wanted {
  /** How many have to be there. */
  readonly needed: number;
  readonly count: number;
  /** How many have to be there beside those when it is tried again. */
  readonly more?: number;
}

/** Share of a minute's requests that may come at once. */
const burstShare = 1 / 6;
const maxBuckets = 10_000;
const capacityOf = (perMinute: number) => Math.max(1, perMinute * burstShare);

/** How many requests each client may still send: one that floods is held off, and the others do not notice. Of this process alone. */
export class FloodGates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one; undefined when it may go on, else the milliseconds until it may. */
  take(name: string, perMinute: number): number | undefined {
    return this.#take(name, perMinute, { needed: 1, count: 1 });
  }

  /**
   * Takes more for a request that counts as several and of which one is taken already. What is more than can ever be there at once is
   * taken from a full bucket and paid off afterwards: else it could never be sent.
   */
  takeMore(name: string, perMinute: number, count: number): number | undefined {
    const needed = Math.min(count, capacityOf(perMinute) - 1);
    // The next try takes its own one first.
    return this.#take(name, perMinute, { needed, count, more: 1 });
  }

  #take(name: string, perMinute: number, { needed, count, more = 0 }: Wanted): number | undefined {
    const now = this.#clock.monotonicMs();
    const capacity = capacityOf(perMinute);
    const perMs = perMinute / 60_000;
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, filledAtMs: now };
    const tokens = Math.min(capacity, bucket.tokens + (now - bucket.filledAtMs) * perMs);
    const taken = tokens >= needed;
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: taken ? tokens - count : tokens, filledAtMs: now });
    if (this.#buckets.size > maxBuckets) this.#forgetOldest();
    return taken ? undefined : Math.ceil((needed + more - tokens) / perMs);
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
