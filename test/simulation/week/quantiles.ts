/** Of measured times (ms): the middle, what one of twenty exceeds, and the longest. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? 0 };
}

const steps = [
  [1_000, 120_000, "s"],
  [60_000, 120 * 60_000, "min"],
  [3_600_000, 72 * 3_600_000, "h"],
  [86_400_000, Number.POSITIVE_INFINITY, "d"],
] as const;

/** A time in the unit in which people would say it. */
export function spoken(ms: number): string {
  for (const [unitMs, upToMs, unit] of steps) {
    if (ms >= upToMs) continue;
    const value = ms / unitMs;
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
  return `${ms} ms`;
}
