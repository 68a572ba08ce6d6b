import type { Timers } from "./timers.ts";

/** A change that nobody waits for reaches the disk this soon. */
const laterMs = 4;
/** A commit is followed by this many times its own duration without another, while there is other work: 15 % of the time. */
const restFactor = 17 / 3;

/**
 * When the next group is stored: at the end of the turn when somebody waits, a few milliseconds later when nobody does.
 * Commits hold up the event loop, so they are spaced out as long as each turn of it brings something new to join the group.
 */
export class CommitSchedule {
  readonly #timers: Timers;
  readonly #monotonicMs: () => number;
  readonly #commit: () => void;
  #changes = 0;
  #soonAsked = false;
  #laterAsked = false;
  #restUntil = 0;

  /** @param commit does nothing when there is nothing to store */
  constructor(options: { timers: Timers; monotonicMs: () => number; commit: () => void }) {
    this.#timers = options.timers;
    this.#monotonicMs = options.monotonicMs;
    this.#commit = options.commit;
  }

  changed(): void {
    this.#changes += 1;
  }

  soon(): void {
    if (this.#soonAsked) return;
    this.#soonAsked = true;
    this.#atEndOfTurn(Number.NaN);
  }

  later(): void {
    if (this.#laterAsked || this.#soonAsked) return;
    this.#laterAsked = true;
    this.#timers.after(laterMs, () => {
      this.#laterAsked = false;
      this.soon();
    });
  }

  /** A commit has taken this long. */
  committed(durationMs: number): void {
    this.#restUntil = this.#monotonicMs() + durationMs * restFactor;
  }

  /** @param changesBefore at the end of the turn before; a rest ends early after a turn without any */
  #atEndOfTurn(changesBefore: number): void {
    this.#timers.endOfTurn(() => {
      if (this.#changes !== changesBefore && this.#monotonicMs() < this.#restUntil) {
        this.#atEndOfTurn(this.#changes);
        return;
      }
      this.#soonAsked = false;
      this.#commit();
    });
  }
}
