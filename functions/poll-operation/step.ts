import { PermanentError } from "../../lib/contracts/errors.ts";
import type { Json, JsonObject } from "../../lib/contracts/json.ts";
import type { Conclusion, OperationRecord } from "../../lib/contracts/operation.ts";
import type { DeploymentProvider, Polled } from "../../lib/contracts/provider.ts";
import { cleanUp, concluding } from "../../lib/operations/conclude.ts";
import { defineStep, next } from "../../lib/operations/step.ts";

/** Asks the provider how far an operation is: one call, and one delayed message when nothing has changed. */
export const pollOperation = defineStep<DeploymentProvider>({
  name: "poll-operation",

  async run({ operation, provider, call }) {
    const { handle, request } = operation;
    if (handle === undefined) throw new PermanentError("Expected an operation with a handle to poll, got one without");
    const back = returnOf(handle);
    const seen = await provider.poll(request, back?.handle["polling"] ?? handle, operation.intents["deployment"], call);
    if (back && (seen.kind === "ended" || seen.kind === "gone" || isOver(operation, back, call.nowMs))) {
      return next(back.step, { handle: { ...back.handle, polled: polledOf(seen) }, status: polledOf(seen).status });
    }
    if (seen.kind === "ended") return concluding(request, provider, seen);
    if (seen.kind === "gone") return concluding(request, provider, removed(operation, seen));
    // Nothing at the provider is removed before the outcome is written down: what is gone cannot be asked any more.
    if (operation.cancelRequested && provider.withdrawal !== undefined) {
      const concluded: Conclusion = { outcome: "cancelled", code: "withdrawn", reason: provider.withdrawal };
      return next(cleanUp, { concluded, status: seen.status });
    }
    if (call.nowMs >= operation.deadline && provider.cleansUp?.(request, "timed-out")) {
      const reason = `The deadline passed; the provider's last word was ${seen.status}`;
      return next(cleanUp, { concluded: { outcome: "timed-out", code: "deadline", reason, status: seen.status } });
    }
    const { kind, status, retryAfterMs } = seen;
    return {
      kind: kind === "unclear" ? "unclear" : "again",
      status,
      pace: provider.pollPace,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  },
});

/** Whether the step that asked for it has to look, however far it is. */
function isOver(
  { cancelRequested, deadline }: OperationRecord,
  { handle }: { readonly handle: JsonObject },
  nowMs: number,
) {
  return nowMs >= deadline || (cancelRequested !== undefined && handle["returnsOnCancel"] === true);
}

/** A change that is one of several: the step that asked for it goes on, and is told how it ended. */
function returnOf(handle: Json): { readonly step: string; readonly handle: JsonObject } | undefined {
  if (typeof handle !== "object" || handle === null || !("returnTo" in handle)) return undefined;
  return typeof handle.returnTo === "string" ? { step: handle.returnTo, handle } : undefined;
}

function polledOf(seen: Polled): { readonly status: string; readonly failure?: string } {
  if (seen.kind === "gone") return { status: "gone", failure: seen.reason };
  if (seen.kind !== "ended" || seen.outcome === "succeeded") return { status: seen.status };
  return { status: seen.status, failure: [seen.code, seen.reason ?? seen.outcome].filter(Boolean).join(": ") };
}

/** A deployment that somebody removed at the provider: its end can never be asked for. */
function removed({ cancelRequested }: OperationRecord, { reason }: Extract<Polled, { kind: "gone" }>): Conclusion {
  return { outcome: cancelRequested ? "cancelled" : "failed", code: "deployment-deleted", reason };
}
