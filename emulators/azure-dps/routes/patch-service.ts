import { type Answer, json } from "../../exchange/answer.ts";
import { fieldsOf, jsonBody } from "../../exchange/call.ts";
import { BodyProblem } from "../body-problem.ts";
import type { Route, RoutedCall } from "../call.ts";
import { describe } from "../description.ts";
import { armError, providerError } from "../errors.ts";
import { refusalOfEtag } from "../etags.ts";
import { tagsOf } from "../merge.ts";
import { apply, startOperation } from "../operations.ts";
import { refusalOfWrite, SERVICE, serviceOf } from "../service-of.ts";
import { statusUrl } from "../status-url.ts";
import type { ProvisioningService } from "../world.ts";

/** Tags only. The contract has 200 and calls it long-running; newer ones have 201 and 202. */
export const patchService: Route = {
  operation: "IotDpsResource_Update",
  method: "PATCH",
  path: SERVICE,
  budget: "writes",
  reports: "writes",
  handle(call) {
    const service = serviceOf(call);
    if ("status" in service) return service;
    const body = fieldsOf(jsonBody(call));
    if (body === null) return armError(400, "InvalidRequestContent", "The request content was invalid JSON.");
    const refusal = refusalOfWrite(call, service) ?? refusalOfEtag(call, service, undefined);
    if (refusal !== null) return refusal;
    try {
      return patch(call, service, body["tags"]);
    } catch (error) {
      if (!(error instanceof BodyProblem)) throw error;
      return providerError(call.world, 400, error.code, error.message, call.atMs);
    }
  },
};

function patch(call: RoutedCall, service: ProvisioningService, tags: unknown): Answer {
  const { world, atMs, apiVersion } = call;
  const config = tags === undefined ? service.config : { ...service.config, tags: tagsOf(tags) };
  const { patchStatus } = world.settings;
  if (patchStatus === 200) {
    apply(world, service, config, "patch-applied", atMs, "caller");
    return json(200, describe(world, service, apiVersion));
  }
  const operation = startOperation(world, service, "patch", config, atMs);
  return json(patchStatus, describe(world, service, apiVersion), {
    "azure-asyncoperation": statusUrl(world, service, operation, call),
  });
}
