import type { DeploymentProvider, Started } from "../../lib/contracts/provider.ts";
import { cleanUp, concluding } from "../../lib/operations/conclude.ts";
import { defineStep, next } from "../../lib/operations/step.ts";

/** Starts a deployment at its provider, once, and hands it over to be polled. */
export const startDeployment = defineStep<DeploymentProvider>({
  name: "start-deployment",
  takesPlace: true,

  turnOf: (operation, provider) => provider.turnOf(operation.request),

  async run({ operation, provider, once, call }) {
    const { request } = operation;
    const made = provider.basisOf?.(request, call);
    const basis = made && (await once("basis", { ...made, harmless: true })).result;
    const { result: started, recovered } = await once<Started>("deployment", {
      settling: provider.settling,
      ...(basis === undefined ? {} : { basis: "basis" }),
      prepare: () => provider.prepareDeployment(request, call, basis),
      find: (intent) => provider.findDeployment(request, intent, call),
      create: (intent) => provider.createDeployment(request, intent, call),
    });
    const progress = {
      handle: started.handle,
      ids: started.ids,
      recovered,
      ...(started.requestId === undefined ? {} : { requestId: started.requestId }),
      event: {
        type: "drover.operation.started" as const,
        data: recovered
          ? { code: "recovered", reason: "The answer was lost; the provider shows that it took place" }
          : {},
      },
    };
    if (started.ended) return concluding(request, provider, started.ended, progress);
    return next("poll-operation", {
      ...progress,
      afterMs: started.retryAfterMs ?? provider.pollPace.firstMs,
      pace: provider.pollPace,
    });
  },

  /** What the deployment was to be made from would stay behind. */
  insteadOfEnd: ({ intents }, conclusion) =>
    intents["basis"] === undefined ? undefined : next(cleanUp, { concluded: conclusion }),
});
