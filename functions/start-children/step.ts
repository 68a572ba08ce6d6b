import { startChildren } from "../../lib/operations/accept.ts";
import { awaitChildren } from "../../lib/operations/outbox.ts";
import { defineLocalStep, next } from "../../lib/operations/step.ts";

/** Makes an operation for each target of a request, a few with each message. */
export const startChildrenStep = defineLocalStep({
  name: startChildren,

  async runLocal({ operation, call, children }) {
    // Whatever was made is looked after by the next step; nothing more is made.
    if (operation.cancelRequested || call.nowMs >= operation.deadline) return next(awaitChildren);
    const made = await children().begin();
    if (made.begun < made.total) return next(startChildren, { children: made });
    return next(awaitChildren, {
      children: made,
      event: {
        type: "drover.operation.started",
        data: { reason: `${made.total} operations were started, one for each target` },
      },
    });
  },
});
