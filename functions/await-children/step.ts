import type { Outcome } from "../../lib/contracts/event.ts";
import type { Children } from "../../lib/contracts/operation.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { countsOf, isComplete, outcomeOfChildren } from "../../lib/operations/children.ts";
import { awaitChildren } from "../../lib/operations/outbox.ts";
import { defineStep, end } from "../../lib/operations/step.ts";

/** A child that ends says so: these looks are for what gets lost on the way, and for progress. */
const pace = { firstMs: 2_000, maxMs: 60_000 };

/** Waits until every child has ended; the outcome follows from theirs. */
export const awaitChildrenStep = defineStep<DeploymentProvider>({
  name: awaitChildren,

  async run({ operation, woken, children: childrenOf }) {
    const children = childrenOf();
    if (woken && !(await children.allEnded())) return { kind: "unchanged" };
    if (operation.cancelRequested) await children.cancel();
    const seen = await children.look();
    if (isComplete(seen)) {
      const outcome = outcomeOfChildren(operation, seen);
      return end(outcome, {
        children: seen,
        code: `children-${outcome}`,
        reason: summary(seen),
        result: { children: { total: seen.total, ended: countsOf(seen) } },
      });
    }
    const changed = seen.marks !== operation.children?.marks;
    return { kind: "again", status: summary(seen), pace, ...(changed ? { children: seen } : {}) };
  },
});

function summary(children: Children): string {
  const counts = Object.entries(countsOf(children)) as [Outcome, number][];
  const ended = counts.reduce((sum, [, count]) => sum + count, 0);
  const each = counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  return `${ended} of ${children.total} ended${each === "" ? "" : `: ${each}`}`;
}
