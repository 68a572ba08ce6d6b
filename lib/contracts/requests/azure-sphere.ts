import * as z from "zod/mini";
import { limits } from "../limits.ts";

/**
 * `images` stands as in the vendor's request body: bare image ids.
 * @see https://learn.microsoft.com/rest/api/azure-sphere/deployments/create
 */
export const azureSphereDeploy = {
  deviceGroupId: z.guid("expected the device group's id as a UUID"),
  images: z.array(z.guid("expected an image id as a UUID")).check(
    z.minLength(1, "expected at least one image id"),
    z.maxLength(limits.imagesPerDeployment, `expected at most ${limits.imagesPerDeployment} image ids`),
    z.refine(
      (images) => new Set(images.map((image) => image.toLowerCase())).size === images.length,
      "expected every image id once",
    ),
  ),
};
