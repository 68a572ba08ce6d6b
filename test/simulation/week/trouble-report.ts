import { table } from "../fleet/report.ts";
import type { WeekSummary } from "./summary.ts";
import { columns, cut, inWords, percent, rounded, sumOf, wrapped } from "./words.ts";

/** What needed a person, what did not end well, and what struck. */
export function attentionText(summary: WeekSummary): string {
  return [peopleText(summary), endsTable(summary), faultsTable(summary)].join("\n\n");
}

/** What people did, in words. */
const deeds: Readonly<Record<string, string>> = {
  approve: "approvals",
  ready: "installers at a device",
  extend: "waits made longer",
  acknowledge: "acknowledged keys",
  fetch: "credentials fetched",
  redrive: "redrives",
  resolve: "outcomes resolved",
};

function peopleText({ people, deadLetters, rejected, ends }: WeekSummary): string {
  const done = Object.fromEntries(Object.entries(people).map(([deed, count]) => [deeds[deed] ?? deed, count]));
  const unknown = sumOf(ends.filter(({ outcome }) => outcome === "unknown").map(({ count }) => count));
  const letters = Object.fromEntries(Object.entries(deadLetters).map(([verdict, count]) => [verdict, count]));
  return wrapped(
    `What needed a person: ${inWords(done) || "nothing"}. Unknown outcomes: ${rounded(unknown)}. ` +
      `Dead letters: ${inWords(letters) || "none"}. Requests refused for what they said: ${rounded(rejected)}.`,
  );
}

const widths = { end: 46 } as const;

function endsTable({ ends }: WeekSummary): string {
  const rows = ends.map(({ outcome, code, count, reason }) => ({
    end: cut(`${outcome}${code === "" ? "" : `, ${code}`}`, widths.end),
    count: rounded(count),
    reason,
  }));
  const end = Math.max(...rows.map((row) => row.end.length), "ended otherwise".length);
  const count = Math.max(...rows.map((row) => row.count.length), "count".length);
  const line = (a: string, b: string, c: string) =>
    `${a.padEnd(end)}  ${b.padStart(count)}  ${cut(c, columns - end - count - 4)}`;
  return [
    line("ended otherwise", "count", "for example"),
    line("-".repeat(end), "-".repeat(count), "-".repeat(columns - end - count - 4)),
    ...rows.map((row) => line(row.end, row.count, row.reason)),
  ].join("\n");
}

function faultsTable({ faults }: WeekSummary): string {
  return table(
    ["what struck", "times", "operations met", "of these succeeded", "ended otherwise"],
    faults.map(({ name, strikes, operations, succeeded }) => [
      name,
      rounded(strikes),
      rounded(operations),
      percent(succeeded, operations),
      rounded(operations - succeeded),
    ]),
  );
}
