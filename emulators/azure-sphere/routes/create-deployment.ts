import { type Answer, json } from "../answer.ts";
import { isUuid, notFound, param, problem, type Route, type RoutedCall, tenantOf } from "../call.ts";
import { DEPLOY, repeatsCurrent, repeatsRunning, startOperation, type Work } from "../operations.ts";
import { operationBody } from "../wire.ts";
import { key } from "../world.ts";
import { operationHeaders } from "./operations.ts";

/**
 * `POST …/devicegroups/{deviceGroupId}/deployments`: 202 with an operation. Whether the images exist and fit together is found out
 * by the operation, not here.
 * @see https://learn.microsoft.com/rest/api/azure-sphere/deployments/create v2
 */
export const createDeployment: Route = {
  method: "POST",
  path: "/v2/tenants/{tenantId}/devicegroups/{deviceGroupId}/deployments",
  access: "write",
  handle(call) {
    const { world } = call;
    const tenant = tenantOf(call);
    const groupId = param(call, "deviceGroupId");
    const group = world.groups.get(key(groupId));
    if (group?.tenantId !== tenant.id) return notFound(world, "device group", groupId);
    const imageIds = imageIdsOf(call);
    if ("status" in imageIds) return imageIds;
    const work: Work = { tenantId: tenant.id, type: DEPLOY, deviceGroupId: group.id, imageIds };
    if (world.settings.duplicateCreate === "conflict" && (repeatsCurrent(world, work) || repeatsRunning(world, work))) {
      return problem(world, 409, "The same deployment is current or under way.");
    }
    const operation = startOperation(world, work, call.atMs);
    return json(202, operationBody(world, operation, call), operationHeaders(world, operation, true));
  },
};

/** The image ids of the body, or the refusal of what is not a non-empty JSON array of UUID strings. */
function imageIdsOf({ world, body, headers }: RoutedCall): readonly string[] | Answer {
  if (!/^application\/json\b/i.test(headers.get("content-type") ?? "")) {
    return problem(world, 415, "The content type must be application/json.");
  }
  const ids = parsed(body);
  if (!Array.isArray(ids)) return problem(world, 400, "The body must be a JSON array of image ids.");
  if (ids.length === 0) return problem(world, 400, "The array of image ids must not be empty.");
  const strings = ids.filter((id): id is string => typeof id === "string");
  if (strings.length < ids.length) return problem(world, 400, "Every image id must be a string.");
  const malformed = strings.find((id) => !isUuid(id));
  return malformed === undefined ? strings : problem(world, 400, `The value "${malformed}" is not a valid image id.`);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
