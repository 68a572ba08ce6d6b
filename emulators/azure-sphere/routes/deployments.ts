import { json } from "../answer.ts";
import { notFound, param, type Route, tenantOf } from "../call.ts";
import { page } from "../paging.ts";
import { deploymentBody } from "../wire.ts";
import { key } from "../world.ts";

/** `GET …/deployments/{deploymentId}`: below the tenant, not below the device group. */
export const findDeployment: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/deployments/{deploymentId}",
  access: "read",
  handle(call) {
    const id = param(call, "deploymentId");
    const deployment = call.world.deployments.get(key(id));
    if (deployment?.tenantId !== tenantOf(call).id) return notFound(call.world, "deployment", id);
    return json(200, deploymentBody(call.world, deployment));
  },
};

/** `GET …/devicegroups/{deviceGroupId}/deployments`: the history of a group. */
export const listDeployments: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/devicegroups/{deviceGroupId}/deployments",
  access: "read",
  handle(call) {
    const id = param(call, "deviceGroupId");
    const group = call.world.groups.get(key(id));
    if (group?.tenantId !== tenantOf(call).id) return notFound(call.world, "device group", id);
    return page(call, group.deployments, (deployment) => deploymentBody(call.world, deployment));
  },
};
