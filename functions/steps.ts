import type { DeploymentProvider } from "../lib/contracts/provider.ts";
import type { Step } from "../lib/operations/step.ts";
import { applyDpsChange } from "./apply-dps-change/step.ts";
import { awaitChildrenStep } from "./await-children/step.ts";
import { cleanUpDeployment } from "./clean-up-deployment/step.ts";
import { createProvisioningClaim } from "./create-provisioning-claim/step.ts";
import { pollOperation } from "./poll-operation/step.ts";
import { provisionPanoramaDevice } from "./provision-panorama-device/step.ts";
import { rotateDpsKeys } from "./rotate-dps-keys/step.ts";
import { startChildrenStep } from "./start-children/step.ts";
import { startDeployment } from "./start-deployment/step.ts";

const all: readonly Step<DeploymentProvider>[] = [
  startDeployment,
  pollOperation,
  rotateDpsKeys,
  applyDpsChange,
  provisionPanoramaDevice,
  createProvisioningClaim,
  cleanUpDeployment,
  startChildrenStep,
  awaitChildrenStep,
];

/** Every step by its name, which is also the name of its queue. */
export const steps: Readonly<Record<string, Step<DeploymentProvider>>> = Object.fromEntries(
  all.map((step) => [step.name, step]),
);
