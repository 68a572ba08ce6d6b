import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import type { Step } from "../../lib/operations/step.ts";
import { queueFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { openStep } from "../cloud/one-step.ts";
import { openProviders } from "../cloud/providers.ts";
import { type AwsHost, thisInstance } from "./host.ts";

export const stepFunction = (step: Step<DeploymentProvider>, host: AwsHost = thisInstance) =>
  queueFunction(
    host.parts,
    onceDone(() => openStep(step, host, () => openProviders(host))),
  );
