import { type ErrorDetails, PermanentError } from "../../contracts/errors.ts";
import type { Json } from "../../contracts/json.ts";
import { concurrently } from "../concurrently.ts";
import { quoted } from "../quoted.ts";
import { baselineOf } from "./baseline.ts";
import { provider } from "./errors.ts";
import { readHistory } from "./history.ts";
import type { Parts } from "./parts.ts";
import { readNamed } from "./read.ts";
import type { DeployFields } from "./request.ts";
import { blockingUpdatePolicies, deployableImageTypes, rowOf } from "./status.ts";
import { deviceGroupSchema, imageSchema, imageStatusSchema, type SphereImage } from "./wire.ts";

/**
 * Validates the request by reading, and takes the baseline that `find` compares with: 2 calls, 2 more for each image, and one for
 * each further page of the group's history.
 * @throws PermanentError for what another attempt would not change
 */
export async function prepare(
  parts: Parts,
  { deviceGroupId, images }: DeployFields,
  signal: AbortSignal,
): Promise<Json> {
  const { bounds, client, clock, paths } = parts;
  // Compared with what the service says by its own clock.
  const requestedAt = clock.wallMs();
  const [group, history, ...found] = await concurrently(
    [
      () => readGroup(parts, deviceGroupId, signal),
      () =>
        readHistory(client, paths, deviceGroupId, {
          signal,
          maxPages: bounds.historyPages,
          advice: groupAdvice(parts),
        }),
      ...images.map((image) => () => readReadyImage(parts, image, signal)),
    ],
    bounds.concurrentReads,
  );
  refuseSharedComponents(found);
  if (!history.complete) {
    throw refused(
      `Expected the history of device group ${deviceGroupId} within ${bounds.historyPages} pages, got more`,
      {
        code: "history-too-long",
        operation: "list-deployments",
      },
    );
  }
  return baselineOf(history.deployments, {
    currentId: group.CurrentDeployment?.Id,
    requestedAt,
    windowMs: bounds.baselineWindowMs,
    notes: policyNotes(group.UpdatePolicy),
  });
}

async function readGroup(parts: Parts, deviceGroupId: string, signal: AbortSignal) {
  return await readNamed(parts, {
    id: deviceGroupId,
    url: parts.paths.deviceGroup(deviceGroupId),
    about: `device group ${deviceGroupId}`,
    operation: "read-device-group",
    schema: deviceGroupSchema,
    advice: groupAdvice(parts),
    signal,
  });
}

function groupAdvice({ sphereTenantId }: Parts) {
  return {
    404: `check deviceGroupId, and that ${sphereTenantId} is the Sphere tenant of the group and not the Entra directory`,
  };
}

async function readReadyImage(parts: Parts, imageId: string, signal: AbortSignal): Promise<SphereImage> {
  const { client, paths, sphereTenantId } = parts;
  const about = `image ${imageId}`;
  const image = await readNamed(parts, {
    id: imageId,
    url: paths.imageMetadata(imageId),
    about,
    operation: "read-image-metadata",
    schema: imageSchema,
    advice: { 404: `upload the image to Sphere tenant ${sphereTenantId} first` },
    signal,
  });
  if (image.Type !== undefined && image.Type !== null && rowOf(deployableImageTypes, image.Type) === undefined) {
    const types = Object.entries(deployableImageTypes).map(([value, name]) => `${value} ${name}`);
    throw refused(`Expected ${about} of type ${types.join(" or ")}, got type ${quoted(image.Type)}`, {
      code: "image-not-deployable",
      operation: "read-image-metadata",
    });
  }
  const operation = "read-image-status";
  const { value } = await client.read(
    { url: paths.imageStatus(imageId), about, operation, schema: imageStatusSchema },
    signal,
  );
  const status = typeof value === "string" ? value : value.Status;
  if (status.toLowerCase() !== "succeeded") {
    throw refused(
      `Expected ${about} in status "Succeeded", got ${quoted(status)}: submit it again once the image is ready`,
      {
        code: "image-not-ready",
        operation,
      },
    );
  }
  return image;
}

/** Devices install one image for each component: of two, one would silently win. */
function refuseSharedComponents(images: readonly SphereImage[]): void {
  const byComponent = new Map<string, string>();
  for (const { Id, ComponentId } of images) {
    if (!ComponentId) continue;
    const other = byComponent.get(ComponentId.toLowerCase());
    if (other !== undefined) {
      throw refused(`Expected one image for each component, got images ${other} and ${Id} of the same component`, {
        code: "component-twice",
        operation: "read-image-metadata",
      });
    }
    byComponent.set(ComponentId.toLowerCase(), Id);
  }
}

function policyNotes(updatePolicy: unknown): string[] {
  const name = rowOf(blockingUpdatePolicies, updatePolicy);
  if (name === undefined) return [];
  return [
    `The group's update policy is ${quoted(updatePolicy)} ${name}: the deployment is stored, and no device takes it before the policy is changed`,
  ];
}

function refused(message: string, details: Pick<ErrorDetails, "code" | "operation">): PermanentError {
  return new PermanentError(message, { ...details, provider });
}
