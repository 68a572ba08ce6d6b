import { DroverError, PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { cleanUp } from "../../lib/operations/conclude.ts";
import { withTracesLeft } from "../../lib/operations/results.ts";
import { defineStep, end } from "../../lib/operations/step.ts";

/** For so long a known outcome is held back because something cannot be removed. */
const patienceMs = 10 * 60_000;

/** Removes what a deployment has left at its provider, then ends the operation as it was concluded. */
export const cleanUpDeployment = defineStep<DeploymentProvider>({
  name: cleanUp,
  changes: true,

  async run({ operation, provider, call }) {
    const { concluded, handle, intents, request, stepSince } = operation;
    if (!concluded) {
      throw new PermanentError("Expected an operation whose outcome is known to clean up after, got another");
    }
    const { outcome, ...how } = concluded;
    try {
      await provider.cleanUp?.(request, { handle, intents }, call);
      return end(outcome, how);
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      const refused = error instanceof PermanentError;
      // A cancel is only done when the deployment is gone.
      if (outcome === "cancelled") throw refused ? new RetryableError(error.message, { code: error.code }) : error;
      const waitMs = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
      if (!refused && call.nowMs + waitMs < stepSince + patienceMs) throw error;
      const { outcome: known, ...left } = withTracesLeft(concluded);
      return end(known, left);
    }
  },
});
