import { type Answer, json } from "../answer.ts";
import { notFound, param, type Route, type RoutedCall, tenantOf } from "../call.ts";
import { page } from "../paging.ts";
import { imageBody } from "../wire.ts";
import { type Image, key } from "../world.ts";

export const listImages: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/images",
  access: "read",
  handle(call) {
    const tenant = tenantOf(call);
    const images = [...call.world.images.values()].filter(({ tenantId }) => tenantId === tenant.id);
    return page(call, images, imageBody);
  },
};

/** `GET …/images/{imageId}`: a download link. Its signature is a secret, as the real one is. */
export const findImage: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/images/{imageId}",
  access: "read",
  handle: (call) =>
    withImage(call, (image) => ({
      IsSuccess: true,
      Uri: `https://images.azure-sphere.example/${image.id}?sv=2024-11-04&sp=r&sig=${call.world.newId()}`,
      UriMessage: null,
    })),
};

export const imageMetadata: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/images/{imageId}/metadata",
  access: "read",
  handle: (call) => withImage(call, imageBody),
};

/** `GET …/images/{imageId}/status`: the reference says string, its sample shows an object. */
export const imageStatus: Route = {
  method: "GET",
  path: "/v2/tenants/{tenantId}/images/{imageId}/status",
  access: "read",
  handle: (call) =>
    withImage(call, ({ status }) => (call.world.settings.imageStatusForm === "string" ? status : { Status: status })),
};

function withImage(call: RoutedCall, render: (image: Image) => unknown): Answer {
  const id = param(call, "imageId");
  const image = call.world.images.get(key(tenantOf(call).id, id));
  return image === undefined ? notFound(call.world, "image", id) : json(200, render(image));
}
