interface Entry {
  readonly key: string;
  readonly dueAt: number;
  /** Where the row stands among those that are due at the same time. */
  readonly order: number;
}

/** What is due when: a binary heap. An entry that its row has left stays until it comes up, and is dropped then. */
export class DueIndex {
  readonly #heap: Entry[] = [];
  readonly #dueAtOf: (key: string) => number | undefined;

  constructor(dueAtOf: (key: string) => number | undefined) {
    this.#dueAtOf = dueAtOf;
  }

  add(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  first(): number | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#dueAtOf(top.key) === top.dueAt) return top.dueAt;
      this.#pop();
    }
    return undefined;
  }

  /** Keys due by then for which `isSeen` holds, the longest due first. */
  until(atMs: number, limit: number, isSeen: (key: string) => boolean): readonly string[] {
    const kept = new Map<string, Entry>();
    const due: string[] = [];
    for (let next = this.first(); next !== undefined && next <= atMs && due.length < limit; next = this.first()) {
      const entry = this.#pop();
      if (entry === undefined || kept.has(entry.key)) continue;
      kept.set(entry.key, entry);
      if (isSeen(entry.key)) due.push(entry.key);
    }
    for (const entry of kept.values()) this.add(entry);
    return due;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const isRight = b !== undefined && isBefore(b, a);
      const child = isRight ? b : a;
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = isRight ? left + 1 : left;
    }
    heap[index] = last;
    return top;
  }
}

const isBefore = (a: Entry, b: Entry) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
