/** What struck, and whom: what became of them is told by their outcomes. */
export class Fates {
  readonly #met = new Map<string, { strikes: number; readonly operations: Set<string> }>();

  /** @param operation undefined for what no operation had begun, such as a sweep */
  struck(name: string, operation: string | undefined): void {
    const known = this.#met.get(name) ?? { strikes: 0, operations: new Set<string>() };
    known.strikes += 1;
    if (operation !== undefined) known.operations.add(operation);
    this.#met.set(name, known);
  }

  figures(outcomeOf: (operation: string) => string | undefined): readonly FaultFigures[] {
    return [...this.#met]
      .map(([name, { strikes, operations }]) => {
        const outcomes = [...operations].flatMap((operation) => outcomeOf(operation) ?? []);
        const succeeded = outcomes.filter((outcome) => outcome === "succeeded").length;
        return { name, strikes, operations: outcomes.length, succeeded };
      })
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }
}

export interface FaultFigures {
  readonly name: string;
  readonly strikes: number;
  /** Met by it. */
  readonly operations: number;
  /** Of those. */
  readonly succeeded: number;
}
