import type { Clock } from "../contracts/ports.ts";

/** A bucket that fills up evenly and holds what may come at once. */
interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** Share of a minute's requests that may come at once. */
const burstShare = 1 / 6;
const maxBuckets = 10_000;

/** How many requests each client may still send: one that floods is held off, and the others do not notice. Of this process alone. */
export class FloodGates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one; undefined when it may go on, else the milliseconds until it may. */
  take(name: string, perMinute: number): number | undefined {
    const now = this.#clock.monotonicMs();
    const capacity = Math.max(1, perMinute * burstShare);
    const perMs = perMinute / 60_000;
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, filledAtMs: now };
    const tokens = Math.min(capacity, bucket.tokens + (now - bucket.filledAtMs) * perMs);
    const taken = tokens >= 1;
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: taken ? tokens - 1 : tokens, filledAtMs: now });
    if (this.#buckets.size > maxBuckets) this.#forgetOldest();
    return taken ? undefined : Math.ceil((1 - tokens) / perMs);
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
