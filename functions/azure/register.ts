import { inboxQueue } from "../../lib/contracts/ports.ts";
import { queueNames } from "../../lib/platforms/azure/queue-names.ts";
import { register as acceptRequest } from "../accept-request/azure.ts";
import { register as applyDpsChange } from "../apply-dps-change/azure.ts";
import { register as awaitChildren } from "../await-children/azure.ts";
import { register as cleanUpDeployment } from "../clean-up-deployment/azure.ts";
import { register as createProvisioningClaim } from "../create-provisioning-claim/azure.ts";
import { register as pollOperation } from "../poll-operation/azure.ts";
import { register as provisionPanoramaDevice } from "../provision-panorama-device/azure.ts";
import { register as receiveWebhook } from "../receive-webhook/azure.ts";
import { register as recordDeadLetter } from "../record-dead-letter/azure.ts";
import { register as rotateDpsKeys } from "../rotate-dps-keys/azure.ts";
import { register as runSchedules } from "../run-schedules/azure.ts";
import { register as startChildren } from "../start-children/azure.ts";
import { register as startDeployment } from "../start-deployment/azure.ts";
import { register as sweepOverdue } from "../sweep-overdue/azure.ts";
import type { FunctionApp, Place } from "./app.ts";
import type { AzureHost } from "./host.ts";

/** Each behind the queue of its own name. */
const steps = {
  "apply-dps-change": applyDpsChange,
  "await-children": awaitChildren,
  "clean-up-deployment": cleanUpDeployment,
  "create-provisioning-claim": createProvisioningClaim,
  "poll-operation": pollOperation,
  "provision-panorama-device": provisionPanoramaDevice,
  "rotate-dps-keys": rotateDpsKeys,
  "start-children": startChildren,
  "start-deployment": startDeployment,
};
const others = [acceptRequest, receiveWebhook, recordDeadLetter, runSchedules, sweepOverdue];

/** All functions of the app. @throws ConfigurationError for queues that cannot be: an app without functions would say nothing */
export function registerFunctions(
  app: FunctionApp,
  host: AzureHost,
  variables: Parameters<typeof queueNames>[0],
): void {
  const queues = [inboxQueue, ...Object.keys(steps)];
  const place: Place = { app, host, queues, queueName: queueNames(variables) };
  for (const register of [...Object.values(steps), ...others]) register(place);
}
