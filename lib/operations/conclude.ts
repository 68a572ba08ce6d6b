import type { Conclusion } from "../contracts/operation.ts";
import type { DeploymentProvider, Ended } from "../contracts/provider.ts";
import type { OperationRequest } from "../contracts/request.ts";
import { end, next, type Progress, type StepResult } from "./step.ts";

/** Name of the step that removes a deployment's traces. */
export const cleanUp = "clean-up-deployment";

/** The end of a deployment, by way of the clean-up where the request asks for one. */
export function concluding(
  request: OperationRequest,
  provider: DeploymentProvider,
  ended: Conclusion & Pick<Ended, "requestId" | "ids"> & { readonly kind?: string },
  progress: Progress = {},
): StepResult {
  const { kind: _, ids, requestId, ...concluded } = ended;
  const known: Progress = { ...progress, ...(ids ? { ids } : {}), ...(requestId === undefined ? {} : { requestId }) };
  if (provider.cleansUp?.(request, concluded.outcome)) {
    const status = concluded.status === undefined ? {} : { status: concluded.status };
    return next(cleanUp, { ...known, ...status, concluded });
  }
  const { outcome, ...how } = concluded;
  return end(outcome, { ...known, ...how });
}
