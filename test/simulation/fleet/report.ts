import { openDefects } from "./corpus.ts";
import type { Outcome } from "./jobs.ts";
import { addTo, type Tally } from "./tally.ts";

const wide = new Intl.NumberFormat("en");
const rounded = (value: number) => wide.format(Math.round(value));

/** Columns of text, the first to the left, all others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const stepIn = (place: string) => place.slice(place.indexOf(" ") + 1).replace(/ [a-z]+\.[^ ].*$/, "");

/** For each step: boundaries of calm runs, how many of them were crashed at, and how often they were passed through. */
export function coverageTable(tally: Tally): string {
  const steps = new Map<string, { wanted: number; crashed: number; passed: number; faults: Set<string> }>();
  for (const place of new Set([...tally.wanted, ...tally.seen.keys()])) {
    const step = stepIn(place);
    const row = steps.get(step) ?? { wanted: 0, crashed: 0, passed: 0, faults: new Set<string>() };
    if (tally.wanted.has(place)) row.wanted += 1;
    if (tally.wanted.has(place) && tally.isCrashed(place)) row.crashed += 1;
    row.passed += tally.seen.get(place) ?? 0;
    for (const fault of tally.strikes.get(place) ?? []) row.faults.add(fault);
    steps.set(step, row);
  }
  const rows = [...steps].sort(([a], [b]) => a.localeCompare(b));
  return table(
    ["step", "boundaries", "crashed before and after", "kinds of faults", "I/Os"],
    rows.map(([step, { wanted, crashed, passed, faults }]) => [
      step,
      String(wanted),
      `${crashed}/${wanted}`,
      String(faults.size),
      rounded(passed),
    ]),
  );
}

export function commandOf({ job }: Outcome): string {
  if (job.kind === "list-crashes") return `npm run simulate -- --seeds 0 --platform ${job.platform}`;
  if (job.kind === "crash") {
    const { platform, scenario, number, fault } = job.crash;
    return `npm run simulate -- --platform ${platform} --scenario "${scenario}" --io ${number} --fault ${fault}`;
  }
  if (job.kind === "interleaving") return `npm run simulate -- --interleaving "${job.name}"`;
  const { platform, chain } = job.narrowed;
  return [
    "npm run simulate --",
    `--seed ${job.seed}`,
    platform && `--platform ${platform}`,
    chain && `--chain ${chain}`,
  ]
    .filter(Boolean)
    .join(" ");
}

export const commandOfMutation = (name: string) => `npm run simulate -- --mutation "${name}"`;

/** What a failure was, and the one command that shows it again. */
export function failureText(outcome: Outcome): string {
  const { job, platform, violations, error, newest } = outcome;
  const what =
    job.kind === "seed"
      ? `seed ${job.seed} (${platform})`
      : job.kind === "crash"
        ? `${job.crash.fault} at ${job.crash.key}, I/O ${job.crash.number} of "${job.crash.scenario}" (${platform})`
        : job.kind === "interleaving"
          ? `"${job.name}" (${platform})`
          : `runs without faults (${platform})`;
  const found = violations
    .slice(0, 5)
    .map(({ invariant, detail, atMs }) => `  ${invariant}, ${Math.round(atMs / 1000)} s after the start: ${detail}`);
  const shown = error === undefined ? found : [`  ${error}`, ...found];
  return [`FAILED ${what}`, ...shown, ...newest.map((line) => `    ${line}`), `  again: ${commandOf(outcome)}`].join(
    "\n",
  );
}

/** Boundaries of runs without faults at which nothing was crashed. */
export function uncoveredText(tally: Tally): string {
  const left = [...tally.wanted].filter((place) => !tally.isCrashed(place));
  return left
    .map(
      (place) => `FAILED: nothing was crashed before and after ${place}
  again: npm run simulate -- --seeds 0 --platform ${place.split(" ", 1)}`,
    )
    .join("\n");
}

export function knownText(tally: Tally): string {
  return [...tally.known]
    .map(
      ([name, count]) =>
        `known and open: ${name}, in ${count} runs (${openDefects.find((one) => one.name === name)?.why})`,
    )
    .join("\n");
}

const listed = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${rounded(count)} ${name}`)
    .join(", ");

export function figuresText(tally: Tally): string {
  const faults = new Map<string, number>();
  for (const struck of tally.strikes.values()) for (const fault of struck) addTo(faults, fault, 1);
  return [
    `outcomes: ${listed(tally.outcomes)}`,
    `people: ${listed(tally.errands)}`,
    `boundaries struck by: ${listed(faults)}`,
  ].join("\n");
}

/** The one line at the end. */
export function summaryOf(tally: Tally): string {
  const crashed = [...tally.wanted].filter((place) => tally.isCrashed(place)).length;
  const perMinute = (tally.hours / tally.seconds) * 60;
  const failed = tally.failed.length;
  return [
    failed > 0 ? `${failed} FAILED` : tally.known.size > 0 ? "ok but for what is known and open" : "ok",
    `${rounded(tally.worlds)} worlds`,
    `${rounded(tally.crashes)} crash runs`,
    `boundaries ${crashed}/${tally.wanted.size}`,
    `${rounded(tally.operations)} operations`,
    `${rounded(tally.ios)} I/Os`,
    `${rounded(tally.hours)} virtual hours (${rounded(tally.workingHours)} with work under way) in ${rounded(tally.seconds)} s`,
    `${rounded(perMinute)} virtual hours per minute`,
  ].join("; ");
}

export function jsonOf(tally: Tally): string {
  const crashed = [...tally.wanted].filter((place) => tally.isCrashed(place)).length;
  return JSON.stringify({
    worlds: tally.worlds,
    crashRuns: tally.crashes,
    boundaries: { covered: crashed, total: tally.wanted.size },
    operations: tally.operations,
    ios: tally.ios,
    virtualHours: tally.hours,
    workingHours: tally.workingHours,
    seconds: tally.seconds,
    outcomes: Object.fromEntries(tally.outcomes),
    known: Object.fromEntries(tally.known),
    failed: tally.failed.map((outcome) => ({
      ...{ job: outcome.job, platform: outcome.platform, violations: outcome.violations, error: outcome.error },
      again: commandOf(outcome),
    })),
  });
}
