import { type Answer, json } from "../../exchange/answer.ts";
import { param, type Route, type RoutedCall } from "../call.ts";
import { showPolicy } from "../description.ts";
import { armError, providerError } from "../errors.ts";
import { page } from "../paging.ts";
import { refusalOfWrite, SERVICE, serviceOf } from "../service-of.ts";

export const listKeys: Route = {
  operation: "IotDpsResource_ListKeys",
  method: "POST",
  path: `${SERVICE}/listkeys`,
  // It reads, and is a POST: the front door counts it as a write.
  budget: "writes",
  reports: "writes",
  handle: list,
};

/** What `nextLink` of the list is asked with. */
export const listMoreKeys: Route = {
  ...listKeys,
  method: "GET",
  handle(call) {
    if (call.url.searchParams.has("$skiptoken")) return list(call);
    return armError(405, "HttpMethodNotAllowed", "The http method 'GET' is not supported for a resource action.");
  },
};

function list(call: RoutedCall): Answer {
  const service = serviceOf(call);
  if ("status" in service) return service;
  if (service.pending?.kind === "create") return refusalOfWrite(call, service) ?? page(call, []);
  return page(
    call,
    service.config.policies.map((policy) => showPolicy(call.world, policy)),
  );
}

export const listKeysForName: Route = {
  operation: "IotDpsResource_ListKeysForKeyName",
  method: "POST",
  path: `${SERVICE}/keys/{keyName}/listkeys`,
  budget: "writes",
  reports: "writes",
  handle(call) {
    const service = serviceOf(call);
    if ("status" in service) return service;
    const keyName = param(call, "keyName");
    const policy = service.config.policies.find((other) => other.keyName.toLowerCase() === keyName.toLowerCase());
    if (policy !== undefined) return json(200, showPolicy(call.world, policy));
    return providerError(call.world, 404, 404_003, `The authorization policy '${keyName}' was not found.`, call.atMs);
  },
};
