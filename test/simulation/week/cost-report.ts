import { table } from "../fleet/report.ts";
import type { HostSummary, WeekSummary } from "./summary.ts";
import { rounded, wrapped } from "./words.ts";

const dollars = (amount: number) => `$${amount.toFixed(amount < 0.1 ? 4 : 2)}`;

/** What the clouds would ask for this week. */
export function costText({ hosts }: WeekSummary): string {
  const billed = hosts.filter(({ bill }) => bill.length > 0);
  if (billed.length === 0) return "Cost: one machine has no bill of a cloud.";
  const rows = billed.flatMap((host) => [
    ...host.bill.map(({ what, count, unit, dollars: amount }) => [
      `${host.platform}: ${what}`,
      `${rounded(count)} ${unit}`,
      dollars(amount),
      "",
    ]),
    [`${host.platform}: together`, "", dollars(host.dollars), perMillion(host)],
  ]);
  return [
    table(["cost of the week", "counted", "dollars", "a million operations"], rows),
    wrapped(
      "List prices by the formulas of docs/aws.md and docs/azure.md, without free tiers, with the calls and times counted here. Not in it: " +
        "what an idle installation costs, logs and metrics, secrets, and calls to the HTTP interface.",
    ),
  ].join("\n");
}

const perMillion = ({ dollars: amount, operations }: HostSummary) =>
  operations === 0 ? "-" : `$${((amount / operations) * 1e6).toFixed(2)}`;
