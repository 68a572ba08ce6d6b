import type { ObjectHead } from "./conditional-objects.ts";
import { damaged } from "./sealed-handoff.ts";

/** Longer than a write whose answer was lost can still be on its way: the mark of what was taken stands at least as long. */
const markMs = 3_600_000;

/** What metadata says of an object: it is either an entry or the mark that stands in its place once it was taken. */
export class HandoffMarks {
  readonly #about: string;
  readonly #notAfter: string;
  readonly #taken: string;
  readonly #takenAt: string;

  /** @param join what names of metadata are joined with: not every cloud takes dashes, and not every one underscores */
  constructor(join: "-" | "_") {
    const named = (...words: readonly string[]) => ["drover", ...words].join(join);
    this.#about = named("about");
    this.#notAfter = named("not", "after");
    this.#taken = named("taken");
    this.#takenAt = named("taken", "at");
  }

  entry(about: string, expiresAt: number): Record<string, string> {
    return { [this.#about]: about, [this.#notAfter]: String(expiresAt) };
  }

  /** @param number of the taker, which no other one has */
  mark(nowMs: number, number: string): Record<string, string> {
    return { [this.#taken]: number, [this.#takenAt]: String(nowMs) };
  }

  isMark({ metadata }: ObjectHead): boolean {
    return metadata[this.#taken] !== undefined;
  }

  isTakenBy({ metadata }: ObjectHead, number: string): boolean {
    return metadata[this.#taken] === number;
  }

  /** @throws ConfigurationError for what is none of ours */
  aboutIn(id: string, { metadata }: ObjectHead): string {
    const about = metadata[this.#about];
    if (about === undefined) throw damaged(id);
    return about;
  }

  /** Whether nobody needs it any more. What says nothing of its time is none of ours, and is left to the lifecycle rule. */
  isGone(found: ObjectHead, nowMs: number): boolean {
    const time = Number(found.metadata[this.isMark(found) ? this.#takenAt : this.#notAfter] ?? "");
    return time > 0 && nowMs >= (this.isMark(found) ? time + markMs : time);
  }
}
