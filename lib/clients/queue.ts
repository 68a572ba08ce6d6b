/** Does work one after the other, and takes no more than a bounded number to wait for it. */
export class BoundedQueue {
  readonly #most: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(most: number) {
    this.#most = most;
  }

  /** Undefined when too many wait already. */
  add<Result>(work: () => Promise<Result>): Promise<Result> | undefined {
    if (this.#waiting >= this.#most) return undefined;
    this.#waiting += 1;
    const result = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
