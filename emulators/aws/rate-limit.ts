const SECOND = 1_000;

/** Calls within any one second, by name of a budget. Calls that were refused spend nothing. */
export class RateLimit {
  readonly #spent = new Map<string, readonly number[]>();

  /** Whether all the budgets had room; only then each of them is spent. */
  take(budgets: readonly { readonly name: string; readonly perSecond: number }[], atMs: number): boolean {
    const recent = budgets.map(({ name }) => (this.#spent.get(name) ?? []).filter((ms) => ms > atMs - SECOND));
    if (budgets.some(({ perSecond }, index) => (recent[index]?.length ?? 0) >= perSecond)) return false;
    for (const [index, { name }] of budgets.entries()) this.#spent.set(name, [...(recent[index] ?? []), atMs]);
    return true;
  }
}
