import type { OutcomeScript } from "./scenario.ts";
import { addDeployment, key, type Operation, type OperationResult, READY, type World } from "./world.ts";

export const DEPLOY = 5;
export const UPLOAD = 7;

/** Values of `Error.Code` that the service chooses by itself. */
const BAD_REQUEST = 5;
const CONFLICT = 7;
const NOT_FOUND = 8;

export interface Work {
  readonly tenantId: string;
  readonly type: 5 | 7;
  readonly deviceGroupId: string | null;
  readonly imageIds: readonly string[];
}

/** Accepts work: it starts, ends and is forgotten by the clock, however often it is read. */
export function startOperation(world: World, work: Work, atMs: number): Operation {
  const script = world.outcomes.take({ ...work, operationType: work.type });
  const startsAtMs = atMs + (script?.notStartedMs ?? world.settings.notStartedMs);
  const workedAtMs = startsAtMs + (script?.inProgressMs ?? world.settings.inProgressMs);
  const operation: Operation = {
    ...work,
    id: world.newId(),
    reservedId: work.type === UPLOAD ? (work.imageIds[0] ?? "") : world.newId(),
    script,
    createdAtMs: atMs,
    startsAtMs,
    workedAtMs,
    endsAtMs: endOf(script, workedAtMs),
    result: null,
  };
  world.operations.set(key(operation.id), operation);
  world.timeline.at(operation.endsAtMs, (dueMs) => {
    operation.result = finish(world, operation, dueMs);
  });
  return operation;
}

function endOf(script: OutcomeScript | null, workedAtMs: number): number {
  if (script?.result === "stuck") return Infinity;
  return script?.result === "unknown-state" ? workedAtMs + (script.unknownForMs ?? Infinity) : workedAtMs;
}

/** The integer that `State` shows at this time. */
export function stateAt(operation: Operation, nowMs: number): number {
  if (operation.result !== null) return operation.result.state;
  if (operation.script?.result === "unknown-state" && nowMs >= operation.workedAtMs) return operation.script.state ?? 7;
  return nowMs >= operation.startsAtMs ? 1 : 0;
}

export function isForgotten(world: World, operation: Operation, nowMs: number): boolean {
  const keptMs = operation.script?.forgottenAfterMs ?? world.settings.operationRetentionMs;
  return operation.result !== null && keptMs !== null && nowMs >= operation.result.atMs + keptMs;
}

function finish(world: World, operation: Operation, atMs: number): OperationResult {
  const { script } = operation;
  const base = { detailsMessage: null, resourceId: null, atMs };
  if (script?.result === "failed") return { ...base, state: 3, error: scriptedError(script, "The operation failed.") };
  const refusal = operation.type === DEPLOY ? refuseDeployment(world, operation) : refuseUpload(world, operation);
  if (refusal !== null) return { ...base, state: 3, error: refusal };
  const partly = script?.result === "complete-with-errors" ? script : null;
  const assigned = partly?.assignedImageIds ?? operation.imageIds;
  const resourceId = assigned.length > 0 ? land(world, operation, assigned, atMs) : null;
  if (partly === null) return { ...base, state: 2, error: null, resourceId };
  return {
    state: 4,
    error: scriptedError(partly, "The operation completed with errors."),
    detailsMessage: partly.detailsMessage ?? `Not all of ${operation.imageIds.join(", ")} could be assigned.`,
    resourceId,
    atMs,
  };
}

function scriptedError(script: OutcomeScript, message: string): OperationResult["error"] {
  if (script.errorCode === null) return null;
  return { code: script.errorCode ?? 0, message: script.errorMessage === undefined ? message : script.errorMessage };
}

/** The deployment or the image exists from now on. */
function land(world: World, operation: Operation, imageIds: readonly string[], atMs: number): string {
  const { tenantId, reservedId } = operation;
  const group = world.groups.get(key(operation.deviceGroupId ?? ""));
  if (group !== undefined) addDeployment(world, group, reservedId, imageIds, atMs);
  if (operation.type === UPLOAD) {
    // A real package names its component. Ours is any bytes, so that each uploaded image is a component of its own.
    const image = { id: reservedId, tenantId, name: `uploaded-${reservedId.slice(0, 8)}`, componentId: reservedId };
    world.images.set(key(tenantId, reservedId), { ...image, description: null, type: 10, status: READY });
  }
  return reservedId;
}

function refuseDeployment(world: World, operation: Operation): OperationResult["error"] {
  const components = new Set<string>();
  for (const imageId of operation.imageIds) {
    const image = world.images.get(key(operation.tenantId, imageId));
    if (image === undefined) return { code: NOT_FOUND, message: `The image ${imageId} was not found.` };
    if (image.status !== READY) return { code: BAD_REQUEST, message: `The image ${imageId} is ${image.status}.` };
    components.add(key(image.componentId));
  }
  if (components.size < operation.imageIds.length) {
    return { code: BAD_REQUEST, message: "Two images of the deployment have the same component id." };
  }
  const repeated = world.settings.duplicateCreate === "fail" && repeatsCurrent(world, operation);
  return repeated ? { code: CONFLICT, message: "The deployment is already current." } : null;
}

function refuseUpload(world: World, operation: Operation): OperationResult["error"] {
  const exists = world.images.has(key(operation.tenantId, operation.reservedId));
  return exists ? { code: CONFLICT, message: "An image with the same ID already exists." } : null;
}

/** Whether the group is told to install exactly these images already. */
export function repeatsCurrent(world: World, work: Work): boolean {
  const current = world.groups.get(key(work.deviceGroupId ?? ""))?.deployments.at(-1);
  return current !== undefined && sameSet(current.imageIds, work.imageIds);
}

/** Whether an operation under way is about to tell the group to install exactly these images. */
export function repeatsRunning(world: World, work: Work): boolean {
  const group = key(work.deviceGroupId ?? "");
  return [...world.operations.values()].some(
    (other) =>
      other.result === null && key(other.deviceGroupId ?? "") === group && sameSet(other.imageIds, work.imageIds),
  );
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a.map((id) => key(id)));
  const right = new Set(b.map((id) => key(id)));
  return left.size === right.size && [...left].every((id) => right.has(id));
}
