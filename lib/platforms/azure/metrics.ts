import { type Instrument, noSpan, type Telemetry } from "../../contracts/telemetry.ts";

/**
 * Figures as lines of the log: JavaScript functions have no metrics of their own on Azure, and an exporter would be a call for each
 * invocation. A query sums them up: `traces | extend d = parse_json(message) | where isnotnull(d.metrics) | mv-expand m = d.metrics`.
 */
export interface MetricsOptions {
  /** Takes a line without its end. */
  readonly write: (line: string) => void;
  readonly now?: () => number;
  /** Stands beside the figures: the function's name, the invocation's id. */
  readonly always?: () => Readonly<Record<string, string>>;
}

export interface Metrics extends Telemetry {
  /** Writes what was counted since the last time: one line, or none when nothing was. */
  flush(): void;
}

/** Series in one line: some 200 characters each, and a message is cut at 32,768. */
const maxSeries = 100;
/** Characters of an attribute's value. */
const maxAttribute = 64;

interface Series {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, string>>;
  count: number;
  sum: number;
  min: number;
  max: number;
}

export function loggedMetrics({ write, now = Date.now, always = () => ({}) }: MetricsOptions): Metrics {
  let all = new Map<string, Series>();

  function seriesOf({ name, unit, attributes }: Instrument, values: readonly (string | undefined)[]): Series {
    const named = attributes.flatMap((attribute, index): [string, string][] => {
      const value = values[index];
      return value === undefined || value === "" ? [] : [[attribute, value.slice(0, maxAttribute)]];
    });
    const key = JSON.stringify([name, named]);
    const found = all.get(key) ?? {
      name,
      unit,
      attributes: Object.fromEntries(named),
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
    };
    all.set(key, found);
    return found;
  }

  function add(series: Series, value: number): void {
    if (!Number.isFinite(value)) return;
    series.count += 1;
    series.sum += value;
    series.min = Math.min(series.min, value);
    series.max = Math.max(series.max, value);
  }

  return {
    tracing: false,
    span: () => noSpan,
    count: (counter, by, ...attributes) => add(seriesOf(counter, attributes), by),
    record: (histogram, value, ...attributes) => add(seriesOf(histogram, attributes), value),
    flush() {
      const series = [...all.values()].filter(({ count }) => count > 0);
      all = new Map();
      for (let at = 0; at < series.length; at += maxSeries) {
        const metrics = series.slice(at, at + maxSeries);
        write(JSON.stringify({ ...always(), timestamp: new Date(now()).toISOString(), level: "info", metrics }));
      }
    },
  };
}
