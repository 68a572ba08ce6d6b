import { type Instrument, noSpan, type Telemetry } from "../../contracts/telemetry.ts";

/**
 * Figures as CloudWatch takes them out of log lines, without a call of its own.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export interface MetricsOptions {
  readonly namespace?: string;
  readonly write?: (line: string) => void;
  readonly now?: () => number;
  /** Stands beside the figures, searchable and free: the function's name, the request's id. No part of any metric. */
  readonly always?: () => Readonly<Record<string, string>>;
}

export interface Metrics extends Telemetry {
  /** Writes what was counted since the last time: one line, or none when nothing was. */
  flush(): void;
}

/** Values of one metric in one line. */
const maxValues = 100;
/** Metrics in one line. */
const maxMetrics = 100;
/** Characters of a dimension's value. */
const maxDimension = 1_024;

interface Series {
  readonly instrument: Instrument;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: number[];
}

interface Line {
  readonly dimensions: Map<string, string>;
  readonly series: Map<string, Series>;
}

export function embeddedMetrics(options: MetricsOptions = {}): Metrics {
  const { namespace = "Drover", now = Date.now, write = (line) => console.log(line), always = () => ({}) } = options;
  let all = new Map<string, Series>();

  function seriesOf(instrument: Instrument, values: readonly (string | undefined)[]): Series {
    const named = instrument.attributes.flatMap((name, index): [string, string][] => {
      const value = dimensionOf(values[index]);
      return value === "" ? [] : [[name, value]];
    });
    const key = JSON.stringify([instrument.name, named]);
    let series = all.get(key);
    if (!series) {
      series = { instrument, dimensions: Object.fromEntries(named), values: [] };
      all.set(key, series);
    }
    return series;
  }

  return {
    tracing: false,
    span: () => noSpan,
    count(counter, by, ...attributes) {
      const { values } = seriesOf(counter, attributes);
      values[0] = (values[0] ?? 0) + by;
    },
    record(histogram, value, ...attributes) {
      seriesOf(histogram, attributes).values.push(value);
    },
    flush() {
      const series = [...all.values()];
      all = new Map();
      for (const line of linesOf(series.flatMap(partsOf))) {
        write(JSON.stringify({ ...always(), ...documentOf(line, namespace, now()) }));
      }
    },
  };
}

/** CloudWatch takes ASCII without control characters, and no empty value. */
function dimensionOf(value: string | undefined): string {
  return (value ?? "")
    .replace(/[^\x20-\x7e]/g, "?")
    .trim()
    .slice(0, maxDimension);
}

function partsOf(series: Series): Series[] {
  const count = Math.ceil(series.values.length / maxValues);
  return Array.from({ length: count }, (_, part) => ({
    ...series,
    values: series.values.slice(part * maxValues, (part + 1) * maxValues),
  }));
}

/**
 * A line has one value for each dimension and each metric, so that two outcomes of one batch need two. Otherwise everything of an
 * invocation stands in one.
 */
function linesOf(all: readonly Series[]): Line[] {
  const lines: Line[] = [];
  for (const series of all) {
    let line = lines.find((one) => fits(one, series));
    if (!line) {
      line = { dimensions: new Map(), series: new Map() };
      lines.push(line);
    }
    line.series.set(series.instrument.name, series);
    for (const [name, value] of Object.entries(series.dimensions)) line.dimensions.set(name, value);
  }
  return lines;
}

function fits(line: Line, { instrument, dimensions }: Series): boolean {
  if (line.series.size >= maxMetrics || line.series.has(instrument.name)) return false;
  return Object.entries(dimensions).every(([name, value]) => (line.dimensions.get(name) ?? value) === value);
}

/** Metrics with the same dimensions are told together. */
function documentOf(line: Line, Namespace: string, Timestamp: number): object {
  const groups = Map.groupBy(line.series.values(), ({ dimensions }) => JSON.stringify(Object.keys(dimensions)));
  const CloudWatchMetrics = [...groups].map(([names, some]) => ({
    Namespace,
    Dimensions: [JSON.parse(names)],
    Metrics: some.map(({ instrument }) => ({ Name: instrument.name, Unit: unitOf(instrument) })),
  }));
  const values = [...line.series.values()].map(({ instrument, values: [first, ...more] }) => [
    instrument.name,
    more.length === 0 ? first : [first, ...more],
  ]);
  return {
    _aws: { Timestamp, CloudWatchMetrics },
    ...Object.fromEntries(line.dimensions),
    ...Object.fromEntries(values),
  };
}

/** From UCUM to CloudWatch's names. */
function unitOf({ unit }: Instrument): string {
  if (unit === "s") return "Seconds";
  if (unit === "By") return "Bytes";
  return unit.startsWith("{") ? "Count" : "None";
}
