import { type Answer, empty, json } from "../../exchange/answer.ts";
import { note } from "../effects.ts";
import { key, type Registration } from "../world.ts";
import type { DataCall } from "./data-call.ts";
import { dataPlaneError } from "./errors.ts";

export function getRegistration(call: DataCall, id: string): Answer {
  const known = call.service.registrations.get(key(id));
  return known === undefined ? notFound(call, id) : json(200, showRegistration(known, call.atMs));
}

export function deleteRegistration(call: DataCall, id: string): Answer {
  if (!call.service.registrations.delete(key(id))) return notFound(call, id);
  note(call.world, call.atMs, "registration-deleted", call.service.name, { registrationId: id });
  return empty(204);
}

export function registrationStatus(registration: Registration, atMs: number): string {
  if (atMs < registration.settledAtMs) return "assigning";
  return registration.errorCode === null ? "assigned" : "failed";
}

export function showRegistration(registration: Registration, atMs: number): object {
  const { registrationId, createdAtMs, updatedAtMs, assignedHub, errorCode, errorMessage, etag } = registration;
  const status = registrationStatus(registration, atMs);
  const outcome = {
    assigning: {},
    assigned: { assignedHub, deviceId: registrationId, substatus: "initialAssignment" },
    failed: { errorCode, errorMessage },
  }[status];
  return {
    registrationId,
    createdDateTimeUtc: new Date(createdAtMs).toISOString(),
    ...outcome,
    status,
    lastUpdatedDateTimeUtc: new Date(updatedAtMs).toISOString(),
    etag,
  };
}

function notFound({ world, atMs }: DataCall, id: string): Answer {
  return dataPlaneError(world, 404, 404_202, `The registration '${id}' was not found.`, atMs);
}
