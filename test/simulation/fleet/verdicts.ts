/** Every invariant by its name; those of one line of the architecture's list stand together. */
export const invariants = [
  // No effect twice.
  "no-effect-twice",
  "one-request-per-intent",
  "intent-before-effect",
  "sent-in-time",
  "one-writer",
  "nothing-begins-while-paused",
  "told-as-it-is",
  "parent-as-its-children",
  // Nothing lost, nothing waits silently.
  "nothing-waits-silently",
  "owed-until-sent",
  "outbox-before-acknowledge",
  "message-after-write",
  "sweeps-only-what-is-due",
  "results-are-kept",
  "everything-ends",
  "every-request-answered",
  "nothing-left-over",
  "kept-and-forgotten",
  // At least once in, stable events out, one outcome.
  "event-was-owed",
  "events-reach-receivers",
  "stale-changes-nothing",
  "stable-events",
  "one-terminal-event",
  "ended-stays-ended",
  "sequence-only-grows",
  "sequence-not-reused",
  // Secrets and tokens.
  "no-secret-travels",
  "token-only-to-its-host",
  "served-once",
  "fetched-by-one",
  "nothing-left-behind",
  "only-ours-removed",
  "consumers-never-refused",
  "keys-one-at-a-time",
  // A poll is cheap; defects of ours.
  "poll-is-cheap",
  "no-defect",
] as const;
export type Invariant = (typeof invariants)[number];

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
  readonly atMs: number;
}

/** What went wrong in one run: the first few, with their time. */
export class Verdicts {
  readonly violations: Violation[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  readonly report = (invariant: Invariant, detail: string): void => {
    if (this.violations.length < 20) this.violations.push({ invariant, detail, atMs: this.#nowMs() });
  };
}

export type Report = Verdicts["report"];
