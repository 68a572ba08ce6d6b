import type { Outcome } from "../../contracts/event.ts";
import type { DeploymentProvider, PollPace, Settling } from "../../contracts/provider.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import { basis } from "./basis.ts";
import { check } from "./check.ts";
import { cleansUp, cleanUp } from "./clean-up.ts";
import { create } from "./create.ts";
import { provider as kind } from "./errors.ts";
import { find } from "./find.ts";
import { createParts, type PartsOptions } from "./parts.ts";
import { planOf } from "./plan.ts";
import { poll } from "./poll.ts";
import { prepare } from "./prepare.ts";
import { report } from "./report.ts";
import { deployOf, handleOf } from "./request.ts";

/** By what was seen: a row came up to two minutes after a create that was not answered. */
const defaultSettling: Settling = { requestTimeoutMs: 30_000, settlingMs: 3 * 60_000, lookEveryMs: 30_000 };
const defaultPollPace: PollPace = { firstMs: 5_000, maxMs: 5 * 60_000 };

export interface HeatProviderOptions extends PartsOptions {
  readonly settling?: Partial<Settling> | undefined;
  readonly pollPace?: Partial<PollPace> | undefined;
}

/** Software deployments of OpenStack Heat, of whatever cloud: one row for one server. */
export function createHeatProvider(options: HeatProviderOptions): DeploymentProvider {
  const parts = createParts(options);
  const settling = { ...defaultSettling, ...options.settling };
  return {
    kind,
    settling,
    pollPace: { ...defaultPollPace, ...options.pollPace },
    turnOf: () => undefined,
    basisOf: (request, { signal }) => {
      const deploy = deployOf(request);
      return deploy.derived ? basis(parts, deploy, settling, signal) : undefined;
    },
    prepareDeployment: async (request, { signal }, made) => prepare(parts, deployOf(request), made, signal),
    findDeployment: async (request, intent, { signal }) => find(parts, deployOf(request), intent, signal),
    createDeployment: async (request, intent, { signal }) =>
      create(parts, deployOf(request), intent, { timeoutMs: settling.requestTimeoutMs, signal }),
    poll: async (request, handle, intent, { signal }) =>
      poll(parts, { deploy: deployOf(request), handle: handleOf(handle), intent, signal }),
    withdrawal: "The deployment was deleted at the provider; a script that has begun on the server is not stopped",
    cleansUp: (request: OperationRequest, outcome: Outcome) => cleansUp(deployOf(request), outcome),
    cleanUp: async (request, traces, context) => cleanUp(parts, deployOf(request), traces, context),
    report: async (request, handle, said, { signal }) =>
      report(parts, deployOf(request), handleOf(handle), said, signal),
    check: (context) => check(parts, context),
    plan: (request) => planOf(parts, deployOf(request)),
  };
}
