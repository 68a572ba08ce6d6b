import { PermanentError } from "../../lib/contracts/errors.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { defineStep, end } from "../../lib/operations/step.ts";

/** Asks the provider how far an operation is: one call, and one delayed message when nothing has changed. */
export const pollOperation = defineStep<DeploymentProvider>({
  name: "poll-operation",

  async run({ operation, provider, call }) {
    const { handle, request } = operation;
    if (handle === undefined) throw new PermanentError("Expected an operation with a handle to poll, got one without");
    const seen = await provider.poll(request, handle, operation.intents["deployment"], call);
    if (seen.kind === "ended") {
      const { outcome, ...progress } = seen;
      return end(outcome, progress);
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
