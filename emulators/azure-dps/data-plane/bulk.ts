import { type Answer, json } from "../../exchange/answer.ts";
import { fieldsOf, jsonBody } from "../../exchange/call.ts";
import { type Enrollment, key } from "../world.ts";
import type { DataCall } from "./data-call.ts";
import { type EnrollmentKind, enrollmentOf, enrollmentsOf, removeEnrollment, storeEnrollment } from "./enrollments.ts";
import { dataPlaneError } from "./errors.ts";

const MODES = ["create", "update", "updateIfMatchETag", "delete"];

/** `{mode, enrollmentGroups[]}`: each record by itself, and the errors in one list. */
export function runBulk(call: DataCall, kind: EnrollmentKind): Answer {
  const body = fieldsOf(jsonBody(call));
  const items = body?.[kind];
  const mode = MODES.find((each) => each === body?.["mode"]);
  if (mode === undefined || !Array.isArray(items)) {
    return dataPlaneError(call.world, 400, 400_004, "The bulk operation needs a mode and enrollments.", call.atMs);
  }
  const errors = items.flatMap((item: unknown) => one(call, kind, mode, item));
  return json(200, { isSuccessful: errors.length === 0, errors });
}

function one(call: DataCall, kind: EnrollmentKind, mode: string, item: unknown): object[] {
  const record = fieldsOf(item);
  const id = String(record?.[kind === "enrollments" ? "registrationId" : "enrollmentGroupId"] ?? "");
  const known = enrollmentsOf(call.service, kind).get(key(id));
  const error = (errorCode: number, errorStatus: string): object[] => [{ registrationId: id, errorCode, errorStatus }];
  if (mode === "create" && known !== undefined) return error(409_001, "The enrollment exists already.");
  if (mode !== "create" && known === undefined) return error(404_201, "The enrollment was not found.");
  if (mode === "updateIfMatchETag" && record?.["etag"] !== known?.etag)
    return error(412_001, "The enrollment has changed.");
  if (mode === "delete") return removed(call, known);
  const stored = enrollmentOf(call, kind, id, item, known);
  if ("status" in stored) return error(400_004, "The enrollment is not valid.");
  storeEnrollment(call, stored);
  return [];
}

function removed(call: DataCall, known: Enrollment | undefined): object[] {
  if (known !== undefined) removeEnrollment(call, known);
  return [];
}
