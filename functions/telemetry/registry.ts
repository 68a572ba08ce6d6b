import type { Instrument } from "../../lib/contracts/telemetry.ts";

/** Combinations of attributes of one instrument; what comes beyond goes into one series that says so. */
export const seriesLimit = 2_000;
/** As in OpenTelemetry's own kits. */
export const overflowAttribute = "otel.metric.overflow";

/** One instrument with one combination of attributes. */
export interface Series {
  readonly attributes: Readonly<Record<string, string>>;
  /** Sum of what was counted or recorded. */
  sum: number;
  /** Recorded values. */
  count: number;
  /** For each bound, how many values are not above it and above the bound before; the last: above all bounds. */
  readonly buckets: number[];
}

interface Level {
  readonly next: Map<string | undefined, Level>;
  series: Series | undefined;
}

const newLevel = (): Level => ({ next: new Map(), series: undefined });

/**
 * Sums in memory. A series that is there is found by one lookup for each attribute, and nothing is allocated: the engine counts
 * several times for each step.
 */
export class Registry {
  readonly #instruments = new Map<Instrument, { readonly root: Level; readonly all: Series[] }>();

  add(instrument: Instrument, by: number, first?: string, second?: string, third?: string): Series {
    const series = this.#find(instrument, first, second, third);
    series.sum += by;
    return series;
  }

  record(instrument: Instrument, value: number, first?: string, second?: string, third?: string): Series {
    const series = this.#find(instrument, first, second, third);
    series.sum += value;
    series.count += 1;
    const bounds = instrument.bounds ?? [];
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    return series;
  }

  of(instrument: Instrument): readonly Series[] {
    return this.#instruments.get(instrument)?.all ?? [];
  }

  #find(instrument: Instrument, first?: string, second?: string, third?: string): Series {
    let known = this.#instruments.get(instrument);
    if (!known) {
      known = { root: newLevel(), all: [] };
      this.#instruments.set(instrument, known);
    }
    const { length } = instrument.attributes;
    let level = known.root;
    if (length > 0) level = child(level, first);
    if (length > 1) level = child(level, second);
    if (length > 2) level = child(level, third);
    if (level.series) return level.series;
    const series = known.all.length < seriesLimit ? newSeries(instrument, [first, second, third]) : overflow(known.all);
    if (series.attributes[overflowAttribute] === undefined) level.series = series;
    if (known.all.at(-1) !== series) known.all.push(series);
    return series;
  }
}

function child(level: Level, value: string | undefined): Level {
  let found = level.next.get(value);
  if (!found) {
    found = newLevel();
    // Values beyond the limit leave nothing behind.
    if (level.next.size < seriesLimit) level.next.set(value, found);
  }
  return found;
}

function overflow(all: readonly Series[]): Series {
  const last = all.at(-1);
  if (last?.attributes[overflowAttribute] !== undefined) return last;
  return { attributes: { [overflowAttribute]: "true" }, sum: 0, count: 0, buckets: [] };
}

function newSeries(instrument: Instrument, values: readonly (string | undefined)[]): Series {
  const named = instrument.attributes.flatMap((name, index): [string, string][] => {
    const value = values[index];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    attributes: Object.freeze(Object.fromEntries(named)),
    sum: 0,
    count: 0,
    buckets: Array<number>((instrument.bounds?.length ?? 0) + 1).fill(0),
  };
}
