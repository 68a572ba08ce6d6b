/** One run of entries in order, read piece by piece. */
export interface Run<Entry> {
  /** The next entries, `limit` at the most; `done` when there are none behind them. */
  next(limit: number): Promise<{ readonly entries: readonly Entry[]; readonly done: boolean }>;
}

interface Lane<Entry> {
  readonly run: Run<Entry>;
  waiting: Entry[];
  done: boolean;
}

const largestPiece = 500;

/** Entries of several ordered runs in one order. Pieces grow, so that few requests are made both for little and for much. */
export class Merge<Entry> {
  readonly #lanes: readonly Lane<Entry>[];
  readonly #compare: (a: Entry, b: Entry) => number;
  #piece: number;

  /** @param expected entries that will probably be taken */
  constructor(runs: readonly Run<Entry>[], compare: (a: Entry, b: Entry) => number, expected: number) {
    this.#lanes = runs.map((run) => ({ run, waiting: [], done: false }));
    this.#compare = compare;
    // One more than its share: the run that comes last is known to be at its end.
    this.#piece = Math.min(largestPiece, Math.ceil((expected / Math.max(1, runs.length)) * 1.5) + 1);
  }

  /** The next entry, which stays where it is; undefined at the end. */
  async peek(): Promise<Entry | undefined> {
    return (await this.#first())?.waiting[0];
  }

  async take(): Promise<Entry | undefined> {
    return (await this.#first())?.waiting.shift();
  }

  async #first(): Promise<Lane<Entry> | undefined> {
    const empty = this.#lanes.filter((lane) => lane.waiting.length === 0 && !lane.done);
    if (empty.length > 0) {
      await Promise.all(empty.map((lane) => this.#fill(lane)));
      this.#piece = Math.min(largestPiece, this.#piece * 2);
    }
    let first: Lane<Entry> | undefined;
    for (const lane of this.#lanes) {
      const [entry] = lane.waiting;
      const [best] = first?.waiting ?? [];
      if (entry !== undefined && (best === undefined || this.#compare(entry, best) < 0)) first = lane;
    }
    return first;
  }

  async #fill(lane: Lane<Entry>): Promise<void> {
    while (lane.waiting.length === 0 && !lane.done) {
      const { entries, done } = await lane.run.next(this.#piece);
      lane.waiting = [...entries];
      lane.done = done;
    }
  }
}
