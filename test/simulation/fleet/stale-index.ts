interface Stale {
  readonly key: string;
  readonly dueAt: number;
  readonly leftAtMs: number;
}

/** What an index that follows late still shows as due: the row has moved on since. */
export class StaleIndex {
  readonly #longestLagMs: number;
  #entries: Stale[] = [];

  constructor(longestLagMs: number) {
    this.#longestLagMs = longestLagMs;
  }

  /** A row that was due at that time is due at another one, or not at all. */
  left(key: string, dueAt: number | undefined, nowMs: number): void {
    if (this.#longestLagMs === 0 || dueAt === undefined) return;
    this.#entries = this.#entries.filter(({ leftAtMs }) => leftAtMs > nowMs - this.#longestLagMs);
    this.#entries.push({ key, dueAt, leftAtMs: nowMs });
  }

  /** Keys that an index shows which has seen nothing since `seenUntilMs`. */
  dueBy(wallMs: number, seenUntilMs: number): readonly string[] {
    const stale = this.#entries.filter(({ dueAt, leftAtMs }) => leftAtMs > seenUntilMs && dueAt <= wallMs);
    return stale.map(({ key }) => key);
  }
}
