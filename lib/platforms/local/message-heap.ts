/** When a message is to be handed out; equal times in the order of sending. */
export interface Turn {
  readonly readyAt: number;
  readonly id: number;
}

export function isBefore(a: Turn, b: Turn): boolean {
  return a.readyAt < b.readyAt || (a.readyAt === b.readyAt && a.id < b.id);
}

/** A binary heap: the soonest first. */
export class MessageHeap<Item extends Turn> {
  #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (!parent || !isBefore(item, parent)) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  pop(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last && items.length > 0) this.#sink(last);
    return first;
  }

  /** Keeps the soonest `count` and returns the others, soonest first. */
  cut(count: number): Item[] {
    // A sorted array is a heap.
    this.#items.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    return this.#items.splice(count);
  }

  /** Puts the item at the top and lets it sink to its place. */
  #sink(item: Item): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = items[below];
      if (!child) break;
      const right = items[below + 1];
      if (right && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (!isBefore(child, item)) break;
      items[at] = child;
      at = below;
    }
    items[at] = item;
  }
}
