import { createHash, type Hash } from "node:crypto";

/** Lines that are kept to be shown after a failure. */
const shownLines = 4_000;

/** Everything that happened, as one hash, and the newest of it as text. */
export class Trace {
  readonly #hash: Hash = createHash("sha256");
  readonly #lines: string[] = [];
  count = 0;

  add(line: string): void {
    this.count += 1;
    this.#hash.update(line).update("\n");
    this.#lines.push(line);
    if (this.#lines.length > 2 * shownLines) this.#lines.splice(0, shownLines);
  }

  digest(): string {
    return this.#hash.copy().digest("hex").slice(0, 32);
  }

  newest(count: number): readonly string[] {
    return this.#lines.slice(-Math.min(count, shownLines));
  }
}
