import { type Answer, json } from "../answer.ts";
import { notFound, param, problem, type Route, type RoutedCall } from "../call.ts";
import { DEPLOY, isForgotten, UPLOAD } from "../operations.ts";
import { operationBody, operationPath } from "../wire.ts";
import { key, type Operation, roleNames, type World } from "../world.ts";

/** `GET …/operations/{operationId}`: what a client polls. */
export const findOperation: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/operations/{operationId}",
  access: "read",
  handle: (call) => answerOperation(call, () => true),
};

/** `GET …/operationTypes/deploytodevicegroup/operations/{operationId}`: the same, with what went wrong in full. */
export const deployDetails: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/operationTypes/deploytodevicegroup/operations/{operationId}",
  access: "read",
  handle: (call) => answerOperation(call, ({ type }) => type === DEPLOY, true),
};

/** `GET …/operationTypes/imageUpload/operations/{operationId}`. */
export const uploadDetails: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/operationTypes/imageUpload/operations/{operationId}",
  access: "read",
  handle: (call) => answerOperation(call, ({ type }) => type === UPLOAD, true),
};

/** `GET /v2/operations/{operationId}`: a path that no public page confirms, so it exists only when the settings say so. */
export const findGlobalOperation: Route = {
  method: "GET",
  path: "/v2/operations/{operationId}",
  access: "signed-in",
  handle(call) {
    if (!call.world.settings.globalOperations)
      return problem(call.world, 404, `There is nothing at ${call.url.pathname}.`);
    return answerOperation(
      call,
      ({ tenantId }) => roleNames(call.world, tenantId, call.caller?.objectId ?? "").length > 0,
    );
  },
};

function answerOperation(call: RoutedCall, fits: (operation: Operation) => boolean, details = false): Answer {
  const { world } = call;
  const id = param(call, "operationId");
  const operation = world.operations.get(key(id));
  const elsewhere = call.tenant !== null && operation?.tenantId !== call.tenant.id;
  if (operation === undefined || elsewhere || !fits(operation) || isForgotten(world, operation, call.atMs)) {
    return notFound(world, "operation", id);
  }
  return json(200, operationBody(world, operation, call, details), operationHeaders(world, operation));
}

/** None by default: no header is documented for any answer that carries an operation. */
export function operationHeaders(world: World, operation: Operation, created = false): Record<string, string> {
  const { retryAfterSeconds, locationHeader } = world.settings;
  return {
    ...(retryAfterSeconds !== null && operation.result === null ? { "retry-after": String(retryAfterSeconds) } : {}),
    ...(locationHeader && created ? { location: operationPath(operation) } : {}),
  };
}
