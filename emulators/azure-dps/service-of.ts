import type { Answer } from "../exchange/answer.ts";
import { param, type RoutedCall } from "./call.ts";
import { stateOf } from "./description.ts";
import { armError, providerError } from "./errors.ts";
import { key, type ProvisioningService } from "./world.ts";

const GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Devices";
export const SERVICES = `${GROUP}/provisioningServices`;
export const SERVICE = `${SERVICES}/{provisioningServiceName}`;
export const HUB = `${GROUP}/IotHubs/{hubName}`;

export function findServiceOf(call: RoutedCall): ProvisioningService | null {
  const names = ["subscriptionId", "resourceGroupName", "provisioningServiceName"].map((name) => param(call, name));
  return call.world.services.get(key(...names)) ?? null;
}

export function serviceOf(call: RoutedCall): ProvisioningService | Answer {
  return findServiceOf(call) ?? serviceNotFound(call);
}

export function serviceNotFound(call: RoutedCall): Answer {
  const name = param(call, "provisioningServiceName");
  const text = `The Resource 'Microsoft.Devices/provisioningServices/${name}' under resource group '${param(call, "resourceGroupName")}' was not found.`;
  return armError(404, "ResourceNotFound", text);
}

/** The refusal of a write while another operation runs, or in a state that takes no writes. */
export function refusalOfWrite({ world, atMs }: RoutedCall, service: ProvisioningService): Answer | null {
  const state = stateOf(service);
  if (state === "Active" || state === "Suspended") return null;
  // A service whose creation failed can be put again, or deleted; nothing else would get rid of it.
  if (state === "ActivationFailed" || state === "DeletionFailed") return null;
  const { transitioningStatus, transitioningCode } = world.settings;
  const text = `Invalid IotDpsState i.e. should be active/suspended, IotDpsState: ${state}`;
  return providerError(world, transitioningStatus, transitioningCode, text, atMs);
}
