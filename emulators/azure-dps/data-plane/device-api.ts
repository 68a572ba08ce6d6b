import { type Answer, json } from "../../exchange/answer.ts";
import type { Admission, Call } from "../../exchange/call.ts";
import { note } from "../effects.ts";
import { type Enrollment, key, type ProvisioningService, type Registration, type World } from "../world.ts";
import { allocate } from "./allocation.ts";
import { dataPlaneError, unauthorized } from "./errors.ts";
import { registrationStatus, showRegistration } from "./registrations.ts";
import { derivedKey, isSignedBy, parseSasToken, type SasToken } from "./sas-token.ts";

export type DeviceOperation = "RuntimeRegistration_RegisterDevice" | "RuntimeRegistration_OperationStatusLookup";

/** `/{idScope}/registrations/{id}/register` and `/{idScope}/registrations/{id}/operations/{operationId}`. */
export function deviceOperation(method: string, segments: readonly string[]): DeviceOperation | null {
  const [, registrations, , action] = segments.map((segment) => segment.toLowerCase());
  if (registrations !== "registrations") return null;
  if (method === "PUT" && action === "register" && segments.length === 4) return "RuntimeRegistration_RegisterDevice";
  return method === "GET" && action === "operations" && segments.length === 5
    ? "RuntimeRegistration_OperationStatusLookup"
    : null;
}

export function routeDevice(world: World, call: Call, segments: readonly string[]): Admission {
  const [idScope = "", , registrationId = "", , operationId = ""] = segments;
  const operation = deviceOperation(call.method, segments);
  if (operation === null) {
    return { refusal: dataPlaneError(world, 404, 404_002, `There is nothing at ${call.url.pathname}.`, call.atMs) };
  }
  const service = [...world.services.values()].find((each) => key(each.idScope) === key(idScope));
  const enrollment = service === undefined ? null : admitted(service, call, idScope, registrationId);
  if (service === undefined || enrollment === null) return { refusal: unauthorized(world, call.atMs) };
  return {
    carryOut: (atMs) =>
      operation === "RuntimeRegistration_RegisterDevice"
        ? register(world, service, enrollment, registrationId, atMs)
        : lookUp(world, service, registrationId, operationId, atMs),
  };
}

/** The enrollment that lets the device in: its own, or a group one of whose keys its key derives from. */
function admitted(
  service: ProvisioningService,
  call: Call,
  idScope: string,
  registrationId: string,
): Enrollment | null {
  const token = parseSasToken(call.headers.get("authorization"));
  if (token === null || token.expiresAtMs <= call.atMs || token.keyName !== "registration") return null;
  if (key(token.resource) !== key(idScope, "registrations", registrationId)) return null;
  const own = service.enrollments.get(key(registrationId));
  if (own !== undefined) return lets(own, token, (each) => each) ? own : null;
  const derived = (each: string): string => derivedKey(each, registrationId);
  return [...service.groups.values()].find((group) => lets(group, token, derived)) ?? null;
}

function lets(enrollment: Enrollment, token: SasToken, deviceKey: (stored: string) => string): boolean {
  const { attestationType, fields, primaryKey, secondaryKey } = enrollment;
  const isOpen = attestationType === "symmetricKey" && fields["provisioningStatus"] !== "disabled";
  return isOpen && [primaryKey, secondaryKey].some((each) => isSignedBy(token, deviceKey(each)));
}

function register(
  world: World,
  service: ProvisioningService,
  enrollment: Enrollment,
  registrationId: string,
  atMs: number,
): Answer {
  const allocation = allocate(world, service, enrollment, registrationId);
  const registration: Registration = {
    registrationId,
    enrollmentGroupId: enrollment.kind === "enrollmentGroups" ? enrollment.id : null,
    operationId: `5.${world.newId()}`,
    etag: world.newId(),
    createdAtMs: service.registrations.get(key(registrationId))?.createdAtMs ?? atMs,
    updatedAtMs: atMs,
    settledAtMs: atMs + world.settings.assignMs,
    ...allocation,
  };
  service.registrations.set(key(registrationId), registration);
  note(world, atMs, "registered", service.name, { registrationId, ...allocation });
  return json(202, { operationId: registration.operationId, status: "assigning" }, { "retry-after": "3" });
}

function lookUp(
  world: World,
  service: ProvisioningService,
  registrationId: string,
  operationId: string,
  atMs: number,
): Answer {
  const registration = service.registrations.get(key(registrationId));
  if (registration?.operationId !== operationId) {
    return dataPlaneError(world, 404, 404_203, "The operation was not found.", atMs);
  }
  const status = registrationStatus(registration, atMs);
  if (status === "assigning") return json(202, { operationId, status }, { "retry-after": "3" });
  return json(200, { operationId, status, registrationState: showRegistration(registration, atMs) });
}
