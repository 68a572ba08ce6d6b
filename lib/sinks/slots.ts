/** How many deliveries are under way, for each sink and together: a slow receiver must not take what others need. */
export class Slots {
  readonly #perSink: number;
  readonly #total: number;
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor({ perSink, total }: { readonly perSink: number; readonly total: number }) {
    this.#perSink = perSink;
    this.#total = total;
  }

  /** What gives the place back; undefined when there is none. */
  take(sink: string): (() => void) | undefined {
    const taken = this.#taken.get(sink) ?? 0;
    if (taken >= this.#perSink || this.#all >= this.#total) return undefined;
    this.#taken.set(sink, taken + 1);
    this.#all += 1;
    return () => {
      this.#all -= 1;
      const left = (this.#taken.get(sink) ?? 1) - 1;
      if (left === 0) this.#taken.delete(sink);
      else this.#taken.set(sink, left);
    };
  }
}

/**
 * How many deliveries may be under way of so many messages that a process handles at the same time: half of them, so that receivers
 * that hang do not keep the steps from running, and no more for one sink than its share, so that they do not keep each other.
 */
export function placesFor(concurrency: number, sinks: number): { readonly perSink: number; readonly total: number } {
  // A sink has a place of its own also where half would be too few, as long as one is left for steps.
  const total = Math.max(1, Math.floor(concurrency / 2), Math.min(sinks, concurrency - 1));
  return { perSink: Math.min(8, Math.max(1, Math.floor(total / Math.max(1, sinks)))), total };
}
