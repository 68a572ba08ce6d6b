import type { Outcome } from "../contracts/event.ts";
import type { Children, OperationRecord } from "../contracts/operation.ts";

/** How the targets of a parent stand, one letter for each: small enough for the row of a thousand. */
export const markOfOutcome: Readonly<Record<Outcome, string>> = {
  succeeded: "s",
  "partially-succeeded": "p",
  failed: "f",
  cancelled: "c",
  "timed-out": "t",
  unknown: "u",
};
export const pending = "-";

export const noneBegun = (total: number): Children => ({ total, begun: 0, marks: pending.repeat(total) });

export const isComplete = (children: Children): boolean => !children.marks.includes(pending);

/** How many children ended with each outcome. */
export function countsOf(children: Children): Partial<Record<Outcome, number>> {
  const outcomes = Object.entries(markOfOutcome) as [Outcome, string][];
  return Object.fromEntries(
    outcomes.flatMap(([outcome, mark]) => {
      const count = children.marks.split(mark).length - 1;
      return count === 0 ? [] : [[outcome, count]];
    }),
  );
}

export function summaryOf(children: Children): string {
  const counts = Object.entries(countsOf(children)) as [Outcome, number][];
  const ended = counts.reduce((sum, [, count]) => sum + count, 0);
  const each = counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  return `${ended} of ${children.total} ended${each === "" ? "" : `: ${each}`}`;
}

/** A parent's end, from its children's: `unknown` as long as one is, and `partially-succeeded` unless all ended alike. */
export function endOfChildren({ cancelRequested }: Pick<OperationRecord, "cancelRequested">, children: Children) {
  const counts = countsOf(children);
  const count = (outcome: Outcome) => counts[outcome] ?? 0;
  const outcome = ((): Outcome => {
    if (count("unknown") > 0) return "unknown";
    if (count("succeeded") === children.total) return "succeeded";
    if (count("succeeded") + count("partially-succeeded") > 0) return "partially-succeeded";
    if (count("cancelled") > 0 && cancelRequested) return "cancelled";
    if (count("failed") > 0) return "failed";
    return count("cancelled") === children.total ? "cancelled" : "timed-out";
  })();
  return {
    outcome,
    code: `children-${outcome}`,
    reason: summaryOf(children),
    children,
    result: { children: { total: children.total, ended: counts } },
  };
}
