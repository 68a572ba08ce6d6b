import type { DeploymentProvider, Started } from "../../lib/contracts/provider.ts";
import { defineStep, next } from "../../lib/operations/step.ts";

/** Starts a deployment at its provider, once, and hands it over to be polled. */
export const startDeployment = defineStep<DeploymentProvider>({
  name: "start-deployment",

  turnOf: (operation, provider) => provider.turnOf(operation.request),

  async run({ operation, provider, once, call }) {
    const { request } = operation;
    const { result: started, recovered } = await once<Started>("deployment", {
      settling: provider.settling,
      prepare: () => provider.prepareDeployment(request, call),
      find: (intent) => provider.findDeployment(request, intent, call),
      create: (intent) => provider.createDeployment(request, intent, call),
    });
    return next("poll-operation", {
      handle: started.handle,
      ids: started.ids,
      recovered,
      afterMs: started.retryAfterMs ?? provider.pollPace.firstMs,
      pace: provider.pollPace,
      ...(started.requestId === undefined ? {} : { requestId: started.requestId }),
      event: {
        type: "drover.operation.started",
        data: recovered
          ? { code: "recovered", reason: "The answer was lost; the provider shows that it took place" }
          : {},
      },
    });
  },
});
