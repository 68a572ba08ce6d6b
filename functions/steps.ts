import type { DeploymentProvider } from "../lib/contracts/provider.ts";
import type { Step } from "../lib/operations/step.ts";
import { pollOperation } from "./poll-operation/step.ts";
import { startDeployment } from "./start-deployment/step.ts";

/** Every step by its name, which is also the name of its queue. */
export const steps: Readonly<Record<string, Step<DeploymentProvider>>> = {
  [startDeployment.name]: startDeployment,
  [pollOperation.name]: pollOperation,
};
