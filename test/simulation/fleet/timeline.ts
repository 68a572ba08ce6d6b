/** Something that happens at a time; ties are broken by chance, so that what happens at once happens in every order. */
export interface Moment {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
  cancelled: boolean;
}

/** What is to come, by virtual time (ms since the world began): a binary heap. */
export class Timeline {
  readonly #heap: Moment[] = [];
  readonly #chance: () => number;
  nowMs = 0;

  constructor(chance: () => number) {
    this.#chance = chance;
  }

  after(delayMs: number, fire: () => void): Moment {
    return this.at(this.nowMs + Math.max(0, delayMs), fire);
  }

  at(at: number, fire: () => void): Moment {
    const moment: Moment = { at: Math.max(at, this.nowMs), order: this.#chance(), fire, cancelled: false };
    this.#heap.push(moment);
    this.#rise(this.#heap.length - 1);
    return moment;
  }

  /** When the next thing happens; undefined when nothing does any more. */
  nextAt(): number | undefined {
    while (this.#heap[0]?.cancelled) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Moves time to the next moment and lets it happen. */
  step(): boolean {
    if (this.nextAt() === undefined) return false;
    const moment = this.#pop();
    if (!moment) return false;
    this.nowMs = moment.at;
    moment.fire();
    return true;
  }

  #pop(): Moment | undefined {
    const [top] = this.#heap;
    const last = this.#heap.pop();
    if (top && last && top !== last) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return top;
  }

  #rise(start: number): void {
    for (let index = start; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#swapped(index, parent)) return;
      index = parent;
    }
  }

  #sink(start: number): void {
    for (let index = start; ; ) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = right < this.#heap.length && this.#isBefore(right, left) ? right : left;
      if (child >= this.#heap.length || !this.#swapped(child, index)) return;
      index = child;
    }
  }

  #isBefore(first: number, second: number): boolean {
    const [a, b] = [this.#heap[first], this.#heap[second]];
    return a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));
  }

  #swapped(lower: number, upper: number): boolean {
    const [a, b] = [this.#heap[lower], this.#heap[upper]];
    if (!a || !b || !this.#isBefore(lower, upper)) return false;
    this.#heap[upper] = a;
    this.#heap[lower] = b;
    return true;
  }
}
