import { outcomes } from "../../../lib/contracts/event.ts";
import { table } from "../fleet/report.ts";
import { type WeekSize, wholeWeek } from "./calendar.ts";
import { costText } from "./cost-report.ts";
import { type Quantiles, spoken } from "./quantiles.ts";
import type { KindSummary, WeekSummary } from "./summary.ts";
import { attentionText } from "./trouble-report.ts";
import { inWords, listed, percent, rounded, sumOf, wrapped } from "./words.ts";
import type { PlayedWeek } from "./worker-messages.ts";

/** What a person reads, within a hundred columns. */
export function weekReport(summary: WeekSummary, weeks: readonly PlayedWeek[], seconds: number): string {
  const broken = weeks.flatMap((week) => brokenText(summary, week));
  return [
    openingOf(summary),
    wrapped(`The fleet: ${inWords(summary.fleet)}.`),
    hostsTable(summary),
    operationsTable(summary),
    timesTable(summary),
    providersTable(summary),
    costText(summary),
    attentionText(summary),
    ...broken,
    closingOf(summary, seconds),
  ]
    .join("\n\n")
    .replaceAll(/ +$/gm, "");
}

function openingOf({ fleet, size: { days }, hosts, operations, people, invariants }: WeekSummary): string {
  const all = sumOf(operations.map(({ count }) => count));
  const succeeded = sumOf(operations.map((kind) => kind.outcomes["succeeded"] ?? 0));
  const names = hosts.map(({ platform }) => platform);
  const kept = invariants.broken === 0 ? "every promise was kept" : `${invariants.broken} PROMISES WERE BROKEN`;
  return wrapped(
    `${days} ${days === 1 ? "day" : "days"} of ${rounded(sumOf(Object.values(fleet)))} devices and servers, played on ${listed(names)}: of ` +
      `${rounded(all)} operations ${percent(succeeded, all)} succeeded, people were needed ` +
      `${rounded(sumOf(Object.values(people)))} times, and ${kept}.`,
  );
}

function hostsTable({ hosts }: WeekSummary): string {
  return table(
    ["host", "requests", "operations", "succeeded", "messages", "calls of functions", "events", "crashes"],
    hosts.map((host) => [
      host.platform,
      ...[host.asked, host.operations].map(rounded),
      percent(host.succeeded, host.operations),
      ...[host.messages, host.invocations, host.events, host.crashes].map(rounded),
    ]),
  );
}

const nameOf = ({ provider, kind }: KindSummary) => `${provider}, ${kind}`;

function operationsTable({ operations }: WeekSummary): string {
  const heads = ["succeeded", "partly", "failed", "cancelled", "timed out", "unknown"];
  return table(
    ["operations, all hosts", "count", ...heads],
    operations.map((kind) => [
      nameOf(kind),
      rounded(kind.count),
      ...outcomes.map((outcome) => rounded(kind.outcomes[outcome] ?? 0)),
    ]),
  );
}

const spokenAll = ({ count, p50, p95, max }: Quantiles) =>
  count === 0 ? ["-", "-", "-"] : [p50, p95, max].map(spoken);

function timesTable({ operations }: WeekSummary): string {
  return table(
    ["from acceptance to end", "p50", "p95", "longest"],
    operations.map((kind) => [nameOf(kind), ...spokenAll(kind.tookMs)]),
  );
}

/** The lag and, beside it, the distance of the last two polls, which it cannot be better than by more than chance. */
function providersTable({ providers }: WeekSummary): string {
  const rows = providers.map(({ provider, operations, calls, polls, lagMs, gapMs }) => [
    provider,
    rounded(calls),
    operations === 0 ? "-" : (calls / operations).toFixed(1),
    polls.count === 0 ? "-" : `${polls.p50} / ${polls.max}`,
    ...spokenAll(lagMs),
    ...(gapMs.count === 0 ? ["-", "-"] : [gapMs.p50, gapMs.p95].map(spoken)),
  ]);
  const head = ["provider", "calls", "each", "polls p50/max", "lag p50", "p95", "longest", "last gap p50", "p95"];
  return [
    table(head, rows),
    wrapped(
      "Lag: from the provider's final state to the event. Last gap: between an operation's last two polls, so that half of it is lag by itself. What waited for somebody to redrive it is in it.",
    ),
  ].join("\n");
}

function brokenText({ seed, size }: WeekSummary, { platform, violations, newest }: PlayedWeek): readonly string[] {
  if (violations.length === 0) return [];
  const found = violations
    .slice(0, 5)
    .map(({ invariant, detail, atMs }) => `  ${invariant}, ${Math.round(atMs / 1_000)} s after the start: ${detail}`);
  return [
    [
      `FAILED on ${platform}`,
      ...found,
      ...newest.map((line) => `    ${line}`),
      `  again: npm run simulate -- --scenario week --seed ${seed} --platform ${platform}${sizeOf(size)}`,
    ].join("\n"),
  ];
}

const sizeOf = ({ devices, days }: WeekSize) =>
  [devices === wholeWeek.devices ? "" : ` --devices ${devices}`, days === wholeWeek.days ? "" : ` --days ${days}`].join(
    "",
  );

function closingOf({ seed, hosts, operations, invariants }: WeekSummary, seconds: number): string {
  const hours = sumOf(hosts.map(({ virtualHours }) => virtualHours));
  const { kinds, looks, broken } = invariants;
  return wrapped(
    [
      broken > 0 ? `${broken} BROKEN` : "ok",
      `week ${seed} on ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`,
      `${rounded(sumOf(operations.map(({ count }) => count)))} operations`,
      `${rounded(sumOf(hosts.map(({ ios }) => ios)))} I/Os`,
      `${kinds} invariants, ${rounded(looks)} checks, ${broken} broken`,
      `${rounded(hours)} virtual hours in ${rounded(seconds)} s`,
      `${rounded((hours / seconds) * 60)} virtual hours per minute`,
    ].join("; "),
  );
}
