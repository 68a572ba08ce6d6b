import { notFound, param, type Route, tenantOf } from "../call.ts";
import { page } from "../paging.ts";
import { imageBody } from "../wire.ts";
import { key } from "../world.ts";

/** `GET …/devices/{deviceId}/images`: the images that the device's group tells it to install. */
export const deviceImages: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/devices/{deviceId}/images",
  access: "read",
  handle(call) {
    const { world } = call;
    const tenant = tenantOf(call);
    const id = param(call, "deviceId");
    const device = world.devices.get(key(id));
    if (device?.tenantId !== tenant.id) return notFound(world, "device", id);
    const imageIds = world.groups.get(key(device.deviceGroupId))?.deployments.at(-1)?.imageIds ?? [];
    const images = imageIds.flatMap((imageId) => world.images.get(key(tenant.id, imageId)) ?? []);
    return page(call, images, imageBody);
  },
};
