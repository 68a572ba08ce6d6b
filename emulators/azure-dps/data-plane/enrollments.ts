import { type Answer, empty, json } from "../../exchange/answer.ts";
import { fieldsOf, jsonBody } from "../../exchange/call.ts";
import { note } from "../effects.ts";
import { isKey } from "../secrets.ts";
import { type Enrollment, key, type ProvisioningService } from "../world.ts";
import type { DataCall } from "./data-call.ts";
import { dataPlaneError } from "./errors.ts";

export type EnrollmentKind = Enrollment["kind"];

const ID = /^[A-Za-z0-9-._:]{1,128}$/;

export function enrollmentsOf(service: ProvisioningService, kind: EnrollmentKind): Map<string, Enrollment> {
  return kind === "enrollments" ? service.enrollments : service.groups;
}

export function getEnrollment(call: DataCall, kind: EnrollmentKind, id: string): Answer {
  const known = enrollmentsOf(call.service, kind).get(key(id));
  return known === undefined ? notFound(call, id) : json(200, showEnrollment(known, false), etagHeader(known));
}

export function attestationMechanism(call: DataCall, kind: EnrollmentKind, id: string): Answer {
  const known = enrollmentsOf(call.service, kind).get(key(id));
  return known === undefined ? notFound(call, id) : json(200, attestation(known, true));
}

export function putEnrollment(call: DataCall, kind: EnrollmentKind, id: string): Answer {
  const known = enrollmentsOf(call.service, kind).get(key(id));
  const refusal = refusalOfEtag(call, known);
  if (refusal !== null) return refusal;
  const stored = enrollmentOf(call, kind, id, jsonBody(call), known);
  if ("status" in stored) return stored;
  storeEnrollment(call, stored);
  return json(200, showEnrollment(stored, true), etagHeader(stored));
}

export function deleteEnrollment(call: DataCall, kind: EnrollmentKind, id: string): Answer {
  const known = enrollmentsOf(call.service, kind).get(key(id));
  if (known === undefined) return notFound(call, id);
  const refusal = call.headers.has("if-match") ? refusalOfEtag(call, known) : null;
  if (refusal !== null) return refusal;
  removeEnrollment(call, known);
  return empty(204);
}

export function storeEnrollment(call: DataCall, enrollment: Enrollment): void {
  const enrollments = enrollmentsOf(call.service, enrollment.kind);
  const before = enrollments.get(key(enrollment.id)) ?? null;
  enrollments.set(key(enrollment.id), enrollment);
  note(call.world, call.atMs, "enrollment-put", call.service.name, { before, after: enrollment });
}

export function removeEnrollment(call: DataCall, enrollment: Enrollment): void {
  enrollmentsOf(call.service, enrollment.kind).delete(key(enrollment.id));
  note(call.world, call.atMs, "enrollment-deleted", call.service.name, { before: enrollment });
}

/** The record as sent, or the refusal of what is wrong with it. */
export function enrollmentOf(
  call: DataCall,
  kind: EnrollmentKind,
  id: string,
  body: unknown,
  known: Enrollment | undefined,
): Enrollment | Answer {
  const { world, atMs } = call;
  const record = fieldsOf(body);
  const idField = kind === "enrollments" ? "registrationId" : "enrollmentGroupId";
  const mechanism = fieldsOf(record?.["attestation"]);
  if (record === null || mechanism === null || !ID.test(id) || key(String(record[idField] ?? id)) !== key(id)) {
    return dataPlaneError(world, 400, 400_004, `The enrollment needs a valid ${idField} and an attestation.`, atMs);
  }
  const type = mechanism["type"];
  if (typeof type !== "string" || !["none", "tpm", "x509", "symmetricKey"].includes(type)) {
    return dataPlaneError(world, 400, 400_004, "The type of the attestation is not valid.", atMs);
  }
  const sent = fieldsOf(mechanism["symmetricKey"]);
  const keys = [sent?.["primaryKey"], sent?.["secondaryKey"]];
  if (keys.some((each) => each !== undefined && each !== null && !(typeof each === "string" && isKey(each)))) {
    return dataPlaneError(world, 400, 400_004, "A symmetric key is not base64 of 16 to 64 bytes.", atMs);
  }
  const [primary, secondary] = keys.map((each) => (typeof each === "string" ? each : null));
  const kept = world.settings.missingKeys === "keep" ? known : undefined;
  const { attestation: _attestation, etag: _etag, [idField]: _id, ...fields } = record;
  return {
    kind,
    id: known?.id ?? id,
    etag: world.newId(),
    createdAtMs: known?.createdAtMs ?? atMs,
    updatedAtMs: atMs,
    primaryKey: primary ?? kept?.primaryKey ?? world.secrets.key(),
    secondaryKey: secondary ?? kept?.secondaryKey ?? world.secrets.key(),
    fields,
    attestationType: type,
    attestation: mechanism,
  };
}

export function showEnrollment(enrollment: Enrollment, withKeys: boolean): object {
  const { kind, id, fields, etag, createdAtMs, updatedAtMs } = enrollment;
  return {
    [kind === "enrollments" ? "registrationId" : "enrollmentGroupId"]: id,
    provisioningStatus: "enabled",
    allocationPolicy: "hashed",
    ...fields,
    attestation: attestation(enrollment, withKeys),
    etag,
    createdDateTimeUtc: new Date(createdAtMs).toISOString(),
    lastUpdatedDateTimeUtc: new Date(updatedAtMs).toISOString(),
  };
}

function attestation(
  { attestationType: type, attestation: sent, primaryKey, secondaryKey }: Enrollment,
  withKeys: boolean,
) {
  if (type !== "symmetricKey") return sent;
  return withKeys ? { type, symmetricKey: { primaryKey, secondaryKey } } : { type };
}

/** As HTTP wants it, with quotes; the body has it without, which is the trap. */
function etagHeader({ etag }: Enrollment): Readonly<Record<string, string>> {
  return { etag: `"${etag}"` };
}

function refusalOfEtag({ world, headers, atMs }: DataCall, known: Enrollment | undefined): Answer | null {
  const given = headers.get("if-match");
  if (given === null) {
    if (known === undefined || world.settings.enrollmentWithoutEtag === "accept") return null;
    return dataPlaneError(world, 409, 409_001, "The enrollment exists already.", atMs);
  }
  if (given === "*" && known !== undefined) return null;
  const quoted = /^"([^"]*)"$/.exec(given)?.[1];
  if (quoted === undefined && given !== "*" && world.settings.unquotedEnrollmentEtag === "refuse-400") {
    return dataPlaneError(world, 400, 400_005, "The header If-Match is not valid.", atMs);
  }
  if (known !== undefined && (quoted ?? given) === known.etag) return null;
  return dataPlaneError(world, 412, 412_001, "The enrollment has changed.", atMs);
}

function notFound({ world, atMs }: DataCall, id: string): Answer {
  return dataPlaneError(world, 404, 404_201, `The enrollment '${id}' was not found.`, atMs);
}
