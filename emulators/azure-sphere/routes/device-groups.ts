import { json } from "../answer.ts";
import { notFound, param, type Route, tenantOf } from "../call.ts";
import { page } from "../paging.ts";
import { deviceGroupBody } from "../wire.ts";
import { key } from "../world.ts";

export const listDeviceGroups: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/devicegroups",
  access: "read",
  handle(call) {
    const tenant = tenantOf(call);
    const groups = [...call.world.groups.values()].filter(({ tenantId }) => tenantId === tenant.id);
    return page(call, groups, (group) => deviceGroupBody(call.world, group));
  },
};

export const findDeviceGroup: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/devicegroups/{deviceGroupId}",
  access: "read",
  handle(call) {
    const id = param(call, "deviceGroupId");
    const group = call.world.groups.get(key(id));
    if (group?.tenantId !== tenantOf(call).id) return notFound(call.world, "device group", id);
    return json(200, deviceGroupBody(call.world, group));
  },
};

/** `GET …/products/name/{productName}/deviceGroups/name/{deviceGroupName}`: names compare without case, as paths do. */
export const findDeviceGroupByName: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/products/name/{productName}/deviceGroups/name/{deviceGroupName}",
  access: "read",
  handle(call) {
    const tenant = tenantOf(call);
    const productName = param(call, "productName");
    const groupName = param(call, "deviceGroupName");
    const product = [...call.world.products.values()].find(
      ({ tenantId, name }) => tenantId === tenant.id && key(name) === key(productName),
    );
    if (product === undefined) return notFound(call.world, "product", productName);
    const group = [...call.world.groups.values()].find(
      ({ productId, name }) => productId === product.id && key(name) === key(groupName),
    );
    if (group === undefined) return notFound(call.world, "device group", groupName);
    return json(200, deviceGroupBody(call.world, group));
  },
};
