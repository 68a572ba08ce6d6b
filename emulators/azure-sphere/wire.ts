import { shuffled } from "../random.ts";
import type { Call } from "./call.ts";
import { DEPLOY, stateAt } from "./operations.ts";
import type { Deployment, DeviceGroup, Image, Operation, World } from "./world.ts";

/** Every key is present, absent values are null, enums are integers: so the service's samples show it. */
export function operationBody(world: World, operation: Operation, call: Call, details = false): object {
  const { result } = operation;
  const state = stateAt(operation, call.atMs);
  const message = details ? (result?.detailsMessage ?? result?.error?.message) : result?.error?.message;
  return {
    OperationId: operation.id,
    TenantId: operation.tenantId,
    OperationType: operation.type,
    State: state,
    Error: result?.error ? { Code: result.error.code, Message: message ?? null } : null,
    CreatedDateUTC: dateText(world, operation.createdAtMs),
    StartedDateUTC: state === 0 ? null : dateText(world, operation.startsAtMs),
    CompletedDateUTC: result === null ? null : dateText(world, result.atMs),
    ResourceLocation: pointer(world, call, resourcePath(operation)),
    DetailsLocation: pointer(world, call, detailsPath(operation)),
  };
}

export function operationPath(operation: Operation): string {
  return `/v2/tenants/${operation.tenantId}/operations/${operation.id}`;
}

function resourcePath({ tenantId, type, result }: Operation): string | null {
  if (result === null || result.resourceId === null) return null;
  return `/v2/tenants/${tenantId}/${type === DEPLOY ? "deployments" : "images"}/${result.resourceId}`;
}

function detailsPath({ id, tenantId, type }: Operation): string {
  return `/v2/tenants/${tenantId}/operationTypes/${type === DEPLOY ? "deploytodevicegroup" : "imageUpload"}/operations/${id}`;
}

function pointer(world: World, call: Call, path: string | null): string | null {
  if (path === null || world.settings.pointers === "absent") return null;
  return world.settings.pointers === "absolute" ? call.url.origin + path : path;
}

/** `DeploymentDateUtc` really ends otherwise than the operation's `…DateUTC`. */
export function deploymentBody(world: World, deployment: Deployment): object {
  const { imageIdCase, listOrder } = world.settings;
  const imageIds = listOrder === "shuffled" ? shuffled(deployment.imageIds, world.random) : deployment.imageIds;
  return {
    Id: deployment.id,
    TenantId: deployment.tenantId,
    DeployedImages: imageIdCase === "upper" ? imageIds.map((id) => id.toUpperCase()) : imageIds,
    DeploymentDateUtc: dateText(world, deployment.atMs),
  };
}

export function deviceGroupBody(world: World, group: DeviceGroup): object {
  const current = group.deployments.at(-1);
  return {
    Id: group.id,
    TenantId: group.tenantId,
    ProductId: group.productId,
    Name: group.name,
    Description: group.description,
    OsFeedType: group.osFeedType,
    UpdatePolicy: group.updatePolicy,
    CurrentDeployment: current === undefined ? null : deploymentBody(world, current),
    AllowCrashDumpsCollection: group.allowCrashDumpsCollection,
  };
}

export function imageBody(image: Image): object {
  return {
    Id: image.id,
    Name: image.name,
    ComponentId: image.componentId,
    Description: image.description,
    ImageType: image.type,
    Type: image.type,
  };
}

function dateText(world: World, atMs: number): string {
  const text = new Date(atMs + world.settings.clockSkewMs).toISOString();
  const { dateForm } = world.settings;
  if (dateForm === "milliseconds") return text;
  return dateForm === "without-offset" ? text.slice(0, -1) : `${text.slice(0, -1)}0000Z`;
}
