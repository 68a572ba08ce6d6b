/**
 * Prometheus' text format 0.0.4 as its documentation describes it, read strictly. Shares nothing with what writes it.
 */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

const metricName = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const labelName = "[a-zA-Z_][a-zA-Z0-9_]*";
const label = new RegExp(`^(${labelName})="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"(,|$)`);
const sampleLine = new RegExp(`^(${metricName})(?:\\{(.*)\\})? (\\S+)$`);
const typeLine = new RegExp(`^# TYPE (${metricName}) (counter|gauge|histogram|summary|untyped)$`);
const helpLine = new RegExp(`^# HELP (${metricName}) ((?:[^\\\\]|\\\\[\\\\n])*)$`);

export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("Expected the last line to end");
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let help: { name: string; text: string } | undefined;
  let current: string | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const helped = helpLine.exec(line);
    if (helped) {
      help = { name: helped[1] ?? "", text: helped[2] ?? "" };
      continue;
    }
    const typed = typeLine.exec(line);
    if (typed) {
      const [, name = "", type = ""] = typed;
      if (families.has(name)) throw new Error(`Expected one group of lines for ${name}`);
      if (help?.name !== name) throw new Error(`Expected HELP before TYPE of ${name}`);
      families.set(name, { type, help: help.text, samples: [] });
      current = name;
      continue;
    }
    const [, name, labels = "", value] = sampleLine.exec(line) ?? [];
    const family = current === undefined ? undefined : families.get(current);
    if (name === undefined || value === undefined || !family) throw new Error(`Expected a sample, got ${line}`);
    const suffixes = family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (!suffixes.some((suffix) => `${current}${suffix}` === name)) throw new Error(`Expected ${current}, got ${name}`);
    const parsed = labelsOf(labels);
    const key = `${name} ${JSON.stringify(Object.entries(parsed).sort())}`;
    if (seen.has(key)) throw new Error(`Expected each series once, got ${key} again`);
    seen.add(key);
    family.samples.push({ name, labels: parsed, value: numberOf(value) });
  }
  for (const [name, family] of families) if (family.type === "histogram") checkHistogram(name, family);
  return families;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const match = label.exec(rest);
    const [all, name, escaped] = match ?? [];
    if (all === undefined || name === undefined || escaped === undefined)
      throw new Error(`Expected labels, got ${rest}`);
    if (name in labels) throw new Error(`Expected label ${name} once`);
    labels[name] = escaped.replace(/\\(.)/g, (_, after: string) => (after === "n" ? "\n" : after));
    rest = rest.slice(all.length);
  }
  return labels;
}

function numberOf(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  if (text === "NaN") return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`Expected a number, got ${text}`);
  return Number(text);
}

/** Buckets only grow, the last is +Inf and as large as the count. */
function checkHistogram(name: string, { samples }: Family): void {
  const groups = new Map<string, { le: number; value: number }[]>();
  for (const { name: of, labels, value } of samples) {
    if (of !== `${name}_bucket`) continue;
    const { le = "", ...others } = labels;
    const key = JSON.stringify(Object.entries(others).sort());
    groups.set(key, [...(groups.get(key) ?? []), { le: numberOf(le), value }]);
  }
  for (const [key, buckets] of groups) {
    for (const [index, bucket] of buckets.slice(1).entries()) {
      const before = buckets[index];
      if (!before || bucket.le <= before.le || bucket.value < before.value) throw new Error(`Expected ${name} to grow`);
    }
    const count = samples.find(
      ({ name: of, labels }) => of === `${name}_count` && JSON.stringify(Object.entries(labels).sort()) === key,
    );
    const last = buckets.at(-1);
    if (last?.le !== Number.POSITIVE_INFINITY || last.value !== count?.value)
      throw new Error(`Expected ${name}{le="+Inf"} to be its count`);
  }
}
