import { note } from "./effects.ts";
import type { OutcomeScript } from "./outcomes.ts";
import {
  newEtag,
  type ProvisioningService,
  type ServiceConfig,
  type ServiceOperation,
  serviceKey,
  type World,
} from "./world.ts";

/** Accepts work on a service: it ends by the clock, however often it is read. */
export function startOperation(
  world: World,
  service: ProvisioningService,
  kind: ServiceOperation["kind"],
  change: ServiceConfig | null,
  atMs: number,
  script: OutcomeScript | null = world.outcomes.take({ service: service.name, kind }),
): ServiceOperation {
  const { createMs, updateMs, deleteMs } = world.settings;
  const usualMs = { create: createMs, update: updateMs, patch: updateMs, delete: deleteMs }[kind];
  const operation: ServiceOperation = {
    id: Buffer.from(`id=os_id_${world.newId()};region=${service.location}`).toString("base64"),
    kind,
    subscriptionId: service.subscriptionId,
    serviceKey: serviceKey(service),
    location: service.location,
    startedAtMs: atMs,
    endsAtMs: script?.result === "stuck" ? Number.POSITIVE_INFINITY : atMs + (script?.workMs ?? usualMs),
    script,
    ended: null,
  };
  world.operations.set(operation.id, operation);
  service.pending = operation;
  note(world, atMs, `${kind}-accepted`, service.name, { operationId: operation.id });
  world.timeline.at(operation.endsAtMs, (dueMs) => finish(world, service, operation, change, dueMs));
  return operation;
}

function finish(
  world: World,
  service: ProvisioningService,
  operation: ServiceOperation,
  change: ServiceConfig | null,
  atMs: number,
): void {
  const { kind, script } = operation;
  const status = statusAtEnd(script);
  operation.ended = { atMs, status };
  // Whoever deleted the service meanwhile, as another writer can, leaves nothing to finish.
  if (world.services.get(operation.serviceKey) !== service) return;
  service.pending = null;
  const succeeded = script?.result !== "failed" && script?.result !== "canceled";
  service.provisioningState = succeeded ? "Succeeded" : "Failed";
  if (script?.takesEffect ?? succeeded) takeEffect(world, service, kind, change, atMs);
  else {
    if (kind === "create") service.state = "ActivationFailed";
    if (kind === "delete") service.state = "DeletionFailed";
    note(world, atMs, `${kind}-without-effect`, service.name, { status });
  }
}

function takeEffect(
  world: World,
  service: ProvisioningService,
  kind: ServiceOperation["kind"],
  change: ServiceConfig | null,
  atMs: number,
): void {
  if (kind === "delete") {
    world.services.delete(serviceKey(service));
    note(world, atMs, "deleted", service.name);
    return;
  }
  apply(world, service, change ?? service.config, `${kind}-applied`, atMs, "caller");
}

/** Brings a configuration into force, with a new etag. */
export function apply(
  world: World,
  service: ProvisioningService,
  config: ServiceConfig,
  kind: string,
  atMs: number,
  by: "caller" | "other-writer",
): void {
  const before = service.config;
  service.config = config;
  service.etag = newEtag(world);
  if (service.state === "Activating") service.state = "Active";
  note(world, atMs, kind, service.name, { before, after: config, etag: service.etag }, by);
}

function statusAtEnd(script: OutcomeScript | null): string {
  switch (script?.result) {
    case "failed":
      return "Failed";
    case "canceled":
      return "Canceled";
    case "unknown-status":
      return script.status ?? "Paused";
    default:
      return "Succeeded";
  }
}

/** What a poll of `Azure-AsyncOperation` shows. */
export function operationBody({ ended, script }: ServiceOperation): object {
  if (ended === null) return { status: "Running" };
  if (script?.result === "empty-body") return {};
  if (ended.status !== "Failed") return { status: ended.status };
  const code = script?.errorCode ?? "500002";
  const message = script?.errorMessage ?? "The operation could not be completed.";
  return { status: "Failed", error: { code, message, details: "" } };
}

export function isForgotten(world: World, { ended }: ServiceOperation, atMs: number): boolean {
  const { operationRetentionMs } = world.settings;
  return ended !== null && operationRetentionMs !== null && atMs >= ended.atMs + operationRetentionMs;
}
