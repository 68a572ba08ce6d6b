import { startDeployment } from "../functions/start-deployment/step.ts";
import { parseConfiguration } from "../lib/configuration/load.ts";
import type { DeploymentProvider } from "../lib/contracts/provider.ts";
import { createRunner, type RunnerOptions } from "../lib/operations/runner.ts";
import { type FunctionParts, queueFunction } from "../lib/platforms/aws/lambda/functions.ts";

/** A step's function as it is shipped, but for the clients of AWS: engine, schemas, middleware. */
export const handler = (parts: FunctionParts, options: Omit<RunnerOptions<DeploymentProvider>, "steps">) => {
  const steps = { [startDeployment.name]: startDeployment };
  return [queueFunction(parts, async () => createRunner({ ...options, steps })), parseConfiguration];
};
