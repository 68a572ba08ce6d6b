import { DroverError, PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { cleanUp } from "../../lib/operations/conclude.ts";
import { withTracesLeft } from "../../lib/operations/results.ts";
import { defineStep, end } from "../../lib/operations/step.ts";

/** Tries before an outcome that is known is told although something is left behind. */
const maxTries = 5;

/** Removes what a deployment has left at its provider, then ends the operation as it was concluded. */
export const cleanUpDeployment = defineStep<DeploymentProvider>({
  name: cleanUp,
  // The deployment, what it was made from, and where its answer was put.
  changes: 3,

  async run({ operation, provider, attempt, call }) {
    const { concluded, handle, intents, request } = operation;
    if (!concluded)
      throw new PermanentError("Expected an operation whose outcome is known to clean up after, got another");
    const { outcome, ...how } = concluded;
    try {
      await provider.cleanUp?.(request, { handle, intents }, call);
      return end(outcome, how);
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      const refused = error instanceof PermanentError;
      // A cancel is only done when the deployment is gone.
      if (outcome === "cancelled") throw refused ? new RetryableError(error.message, { code: error.code }) : error;
      if (!refused && attempt + 1 < maxTries) throw error;
      const { outcome: known, ...left } = withTracesLeft(concluded);
      return end(known, left);
    }
  },
});
