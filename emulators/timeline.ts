/** Something that happens by itself when the clock reaches `dueMs`. */
interface Happening {
  readonly dueMs: number;
  readonly order: number;
  readonly run: (dueMs: number) => void;
}

/**
 * What will happen later. Nothing here waits: whoever looks at the emulator first lets everything due happen, in order of time and
 * then of scheduling, each at its own time. So the result is the same whether a clock is read often, rarely or in one great leap.
 */
export class Timeline {
  readonly #clock: () => number;
  readonly #heap: Happening[] = [];
  #order = 0;
  #latestMs = Number.NEGATIVE_INFINITY;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Lets everything due happen and returns the time. A clock that jumps back does not undo what has happened. */
  now(): number {
    this.#latestMs = Math.max(this.#latestMs, this.#clock());
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= this.#latestMs; next = this.#heap[0]) {
      this.#removeFirst();
      next.run(next.dueMs);
    }
    return this.#latestMs;
  }

  at(dueMs: number, run: (dueMs: number) => void): void {
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#heap.push({ dueMs, order: this.#order++, run });
    let child = this.#heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfEarlier(child, parent)) return;
      child = parent;
    }
  }

  /** When something happens next, or null; a simulation can move its clock there. */
  nextMs(): number | null {
    return this.#heap[0]?.dueMs ?? null;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const child = this.#earlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, parent)) return;
      parent = child;
    }
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const a = this.#heap[child];
    const b = this.#heap[parent];
    if (a === undefined || b === undefined || !this.#earlier(child, parent)) return false;
    this.#heap[child] = b;
    this.#heap[parent] = a;
    return true;
  }

  #earlier(first: number, second: number): boolean {
    const a = this.#heap[first];
    const b = this.#heap[second];
    return a !== undefined && b !== undefined && (a.dueMs - b.dueMs || a.order - b.order) < 0;
  }
}
