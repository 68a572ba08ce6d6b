import { empty, json, withHeaders } from "../../exchange/answer.ts";
import { param, type Route, type RoutedCall } from "../call.ts";
import { describe } from "../description.ts";
import { startOperation } from "../operations.ts";
import { page } from "../paging.ts";
import { findServiceOf, refusalOfWrite, SERVICE, SERVICES, serviceNotFound, serviceOf } from "../service-of.ts";
import { statusUrl, withoutAsyncInfo } from "../status-url.ts";
import { key } from "../world.ts";

export const findService: Route = {
  operation: "IotDpsResource_Get",
  method: "GET",
  path: SERVICE,
  budget: "reads",
  handle(call) {
    const service = serviceOf(call);
    return "status" in service ? service : json(200, describe(call.world, service, call.apiVersion));
  },
};

export const listBySubscription: Route = {
  operation: "IotDpsResource_ListBySubscription",
  method: "GET",
  path: "/subscriptions/{subscriptionId}/providers/Microsoft.Devices/provisioningServices",
  budget: "reads",
  handle: (call) => list(call, () => true),
};

export const listByGroup: Route = {
  operation: "IotDpsResource_ListByResourceGroup",
  method: "GET",
  path: SERVICES,
  budget: "reads",
  handle: (call) => list(call, (group) => key(group) === key(param(call, "resourceGroupName"))),
};

function list(call: RoutedCall, wanted: (group: string) => boolean) {
  const subscription = key(param(call, "subscriptionId"));
  const services = [...call.world.services.values()].filter(
    ({ subscriptionId, resourceGroup }) => key(subscriptionId) === subscription && wanted(resourceGroup),
  );
  return page(
    call,
    services.map((service) => describe(call.world, service, call.apiVersion)),
  );
}

/** 202 with the body `null` and both headers, which point to two different readings of the same operation. */
export const deleteService: Route = {
  operation: "IotDpsResource_Delete",
  method: "DELETE",
  path: SERVICE,
  budget: "deletes",
  reports: "deletes",
  handle(call) {
    const { world } = call;
    const service = findServiceOf(call);
    if (service === null) return world.settings.deleteMissing === 204 ? empty(204) : serviceNotFound(call);
    const refusal = refusalOfWrite(call, service);
    if (refusal !== null) return refusal;
    const operation = startOperation(world, service, "delete", null, call.atMs);
    const url = statusUrl(world, service, operation, call);
    const seconds = world.settings.acceptRetryAfterSeconds;
    return withHeaders(json(202, null), {
      "azure-asyncoperation": url,
      location: withoutAsyncInfo(url),
      ...(seconds === null ? {} : { "retry-after": String(seconds) }),
    });
  },
};
