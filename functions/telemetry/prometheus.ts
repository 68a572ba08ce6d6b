import { type Instrument, instruments } from "../../lib/contracts/telemetry.ts";
import type { Registry, Series } from "./registry.ts";

/** Prometheus' text format, version 0.0.4. */
export const contentType = "text/plain; version=0.0.4; charset=utf-8";

/** A figure that is computed when it is asked for. Values of the attributes stand in their order. */
export interface Reading {
  readonly instrument: Instrument;
  readonly value: number;
  readonly values?: readonly string[];
}

const unitSuffix: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes", "1": "_ratio" };

/** The name that OpenTelemetry's own exporter gives a metric: dots become lines, the unit is a suffix, sums end in `_total`. */
export function prometheusName({ name, kind, unit }: Instrument): string {
  const suffix = unitSuffix[unit] ?? "";
  const based = `${name.replace(/[^a-zA-Z0-9_]/g, "_")}${suffix}`;
  return kind === "counter" || kind === "total" ? `${based}_total` : based;
}

export function prometheusText(registry: Registry, readings: readonly Reading[]): string {
  const lines: string[] = [];
  for (const instrument of Object.values<Instrument>(instruments)) {
    const { kind } = instrument;
    const computed = kind === "gauge" || kind === "total";
    const found = computed ? readings.filter((reading) => reading.instrument === instrument) : [];
    const series = computed ? [] : registry.of(instrument);
    if (found.length + series.length === 0) continue;
    const name = prometheusName(instrument);
    lines.push(`# HELP ${name} ${escapedHelp(instrument.description)}`);
    lines.push(`# TYPE ${name} ${kind === "total" ? "counter" : kind}`);
    for (const { value, values = [] } of found) {
      const labels = instrument.attributes.map((attribute, index): [string, string] => [
        attribute,
        values[index] ?? "",
      ]);
      lines.push(sample(name, labels, value));
    }
    for (const one of series) lines.push(...seriesLines(instrument, name, one));
  }
  return `${lines.join("\n")}\n`;
}

function seriesLines(instrument: Instrument, name: string, { attributes, sum, count, buckets }: Series): string[] {
  const labels = Object.entries(attributes);
  if (instrument.kind !== "histogram") return [sample(name, labels, sum)];
  let below = 0;
  const bounds = (instrument.bounds ?? []).map((bound, index) => {
    below += buckets[index] ?? 0;
    return sample(`${name}_bucket`, [...labels, ["le", String(bound)]], below);
  });
  return [
    ...bounds,
    sample(`${name}_bucket`, [...labels, ["le", "+Inf"]], count),
    sample(`${name}_sum`, labels, sum),
    sample(`${name}_count`, labels, count),
  ];
}

function sample(name: string, labels: readonly (readonly [string, string])[], value: number): string {
  const shown = labels.map(([label, text]) => `${label.replace(/[^a-zA-Z0-9_]/g, "_")}="${escapedLabel(text)}"`);
  return `${name}${shown.length === 0 ? "" : `{${shown.join(",")}}`} ${number(value)}`;
}

const number = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
const escapedHelp = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapedLabel = (text: string) => escapedHelp(text).replaceAll('"', '\\"');
