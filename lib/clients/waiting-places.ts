/** Bounds of requests that only wait: live streams, and answers that are held back. */
export interface WaitingBounds {
  readonly perClient: number;
  /** Of all clients together: fewer than a listener has connections, so that requests which do not wait always find one. */
  readonly total: number;
}

const defaultBounds: WaitingBounds = { perClient: 16, total: 768 };

/** How many requests of each client may wait at the same time. Of this process alone. */
export class WaitingPlaces {
  readonly #bounds: WaitingBounds;
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(bounds: WaitingBounds = defaultBounds) {
    this.#bounds = bounds;
  }

  /** What gives the place back, however often it is called; undefined when there is none left. */
  take(name: string): (() => void) | undefined {
    const taken = this.#taken.get(name) ?? 0;
    if (taken >= this.#bounds.perClient || this.#total >= this.#bounds.total) return undefined;
    this.#add(name, 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.#add(name, -1);
      isHeld = false;
    };
  }

  #add(name: string, change: 1 | -1): void {
    const taken = (this.#taken.get(name) ?? 0) + change;
    this.#total += change;
    if (taken > 0) this.#taken.set(name, taken);
    else this.#taken.delete(name);
  }
}
