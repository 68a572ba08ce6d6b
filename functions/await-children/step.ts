import { endOfChildren, isComplete, summaryOf } from "../../lib/operations/children-marks.ts";
import { awaitChildren } from "../../lib/operations/outbox.ts";
import { defineLocalStep, end } from "../../lib/operations/step.ts";

/** A child that ends says so: these looks are for what gets lost on the way, and for progress. */
const pace = { firstMs: 2_000, maxMs: 60_000 };

/** Waits until every child has ended; the outcome follows from theirs. */
export const awaitChildrenStep = defineLocalStep({
  name: awaitChildren,

  async runLocal({ operation, woken, children: childrenOf }) {
    const children = childrenOf();
    if (woken && !(await children.allEnded())) return { kind: "unchanged" };
    if (operation.cancelRequested) await children.cancel();
    const seen = await children.look();
    if (isComplete(seen)) {
      const { outcome, ...how } = endOfChildren(operation, seen);
      return end(outcome, { ...how, status: how.reason });
    }
    const known = operation.children;
    const changed = seen.marks !== known?.marks || seen.until !== known.until;
    return { kind: "again", status: summaryOf(seen), pace, ...(changed ? { children: seen } : {}) };
  },
});
