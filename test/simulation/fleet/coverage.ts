import type { Boundary, IoFault, Port } from "./faults.ts";

/** Which I/O boundaries were seen, and what struck them. */
export class Coverage {
  /** How often each boundary was passed. */
  readonly seen = new Map<string, number>();
  /** `key` to the faults that struck it. */
  readonly strikes = new Map<string, Set<IoFault>>();
  /** In order: what a run did. */
  readonly numbers: string[] = [];
  #count = 0;
  readonly #keepsOrder: boolean;

  constructor(keepsOrder = false) {
    this.#keepsOrder = keepsOrder;
  }

  get count(): number {
    return this.#count;
  }

  begin(key: string, port: Port, changes: boolean): Boundary {
    this.#count += 1;
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
    if (this.#keepsOrder) this.numbers.push(key);
    return { key, port, number: this.#count, changes };
  }

  struck({ key }: Boundary, fault: IoFault): void {
    const struck = this.strikes.get(key) ?? new Set();
    struck.add(fault);
    this.strikes.set(key, struck);
  }

  /** Adds what another run has covered. */
  add(other: Coverage): void {
    for (const [key, count] of other.seen) this.seen.set(key, (this.seen.get(key) ?? 0) + count);
    for (const [key, faults] of other.strikes) {
      this.strikes.set(key, (this.strikes.get(key) ?? new Set<IoFault>()).union(faults));
    }
  }

  isCrashed(key: string): boolean {
    const strikes = this.strikes.get(key);
    return strikes?.has("crash-before") === true && strikes.has("crash-after");
  }
}
