import { json } from "../answer.ts";
import { notFound, param, type Route, tenantOf } from "../call.ts";
import { key, type Principal, roleNames } from "../world.ts";

/** `GET …/users/{userId}/role`: a user is named by object id or by `<objectId>@<directoryId>.onmicrosoft.com`. */
export const userRole: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/users/{userId}/role",
  access: "read",
  handle(call) {
    const { world } = call;
    const tenant = tenantOf(call);
    const userId = param(call, "userId");
    const user = world.principals.find((principal) => names(principal).includes(key(userId)));
    if (user === undefined) return notFound(world, "user", userId);
    const roles = roleNames(world, tenant.id, user.objectId);
    return json(200, { Roles: roles.length > 0 ? [{ TenantId: tenant.id, RoleNames: roles }] : [] });
  },
};

function names({ objectId, directoryId }: Principal): readonly string[] {
  return [key(objectId), key(`${objectId}@${directoryId}.onmicrosoft.com`)];
}
