import { type Answer, empty, json } from "../../exchange/answer.ts";
import { param, type Route, type RoutedCall } from "../call.ts";
import { armError, providerError } from "../errors.ts";
import { isForgotten, operationBody } from "../operations.ts";
import { SERVICE } from "../service-of.ts";
import { isGenuine } from "../status-url.ts";
import { key, type ServiceOperation } from "../world.ts";

/** The short form, as in the contract. */
export const operationResult: Route = {
  operation: "IotDpsResource_GetOperationResult",
  method: "GET",
  path: `${SERVICE}/operationresults/{operationId}`,
  budget: "reads",
  handle(call) {
    const names = ["subscriptionId", "resourceGroupName", "provisioningServiceName"].map((name) => param(call, name));
    return result(call, (operation) => operation.serviceKey === key(...names));
  },
};

/** The form of 2023 and later, whose query opens what it names. */
export const signedOperationResult: Route = {
  operation: "IotDpsResource_GetOperationResult",
  method: "GET",
  path: "/subscriptions/{subscriptionId}/providers/Microsoft.Devices/locations/{location}/provisioningserviceoperationresults/{operationId}",
  budget: "reads",
  handle(call) {
    if (!isGenuine(call.world, param(call, "operationId"), call.apiVersion, call.url.searchParams)) {
      const text = "The signature of the operation's address is not valid.";
      return armError(call.world.settings.tamperedStatusUrl, "InvalidOperationSignature", text);
    }
    const [subscription, location] = [key(param(call, "subscriptionId")), key(param(call, "location"))];
    return result(
      call,
      (operation) => key(operation.subscriptionId) === subscription && operation.location === location,
    );
  },
};

function result(call: RoutedCall, fits: (operation: ServiceOperation) => boolean): Answer {
  const { world, atMs } = call;
  const id = param(call, "operationId");
  const operation = world.operations.get(id);
  if (operation === undefined || !fits(operation) || isForgotten(world, operation, atMs)) {
    return providerError(world, 404, 404_007, `The operation '${id}' was not found.`, atMs);
  }
  const { settings } = world;
  const seconds = operation.ended === null ? settings.pollRetryAfterSeconds : null;
  const headers = seconds === null ? {} : { "retry-after": String(seconds) };
  if (call.url.searchParams.has("asyncinfo")) {
    const isGone = operation.kind === "delete" && operation.ended?.status === "Succeeded";
    if (isGone && settings.deletePoll === "not-found") return gone(call, id);
    return json(200, operationBody(operation), headers);
  }
  if (operation.kind !== "delete") return armError(400, "MissingParameter", "The parameter 'asyncinfo' is required.");
  if (operation.ended === null) return json(200, null, headers);
  return atMs < operation.ended.atMs + settings.deletedMetadataMs ? empty(204) : gone(call, id);
}

function gone({ world, atMs }: RoutedCall, id: string): Answer {
  return providerError(world, 404, 404_007, `The operation '${id}' was not found.`, atMs);
}
