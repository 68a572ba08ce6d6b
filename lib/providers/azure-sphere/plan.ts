import type { PlannedCall } from "../../contracts/provider.ts";
import type { Paths } from "./paths.ts";
import type { DeployFields } from "./request.ts";

/** The calls that a deployment begins with: the reads of `prepare`, and the one change. Logins and polls come on top. */
export function planOf(paths: Paths, { deviceGroupId, images }: DeployFields): readonly PlannedCall[] {
  const read = (url: string): PlannedCall => ({ method: "GET", url, changes: false });
  return [
    read(paths.deviceGroup(deviceGroupId)),
    read(paths.deployments(deviceGroupId)),
    ...images.flatMap((image) => [read(paths.imageMetadata(image)), read(paths.imageStatus(image))]),
    { method: "POST", url: paths.deployments(deviceGroupId), body: images, changes: true },
  ];
}
