import { type Answer, json } from "../../exchange/answer.ts";
import { fieldsOf, jsonBody } from "../../exchange/call.ts";
import { key } from "../world.ts";
import type { DataCall } from "./data-call.ts";
import { type EnrollmentKind, enrollmentsOf, showEnrollment } from "./enrollments.ts";
import { dataPlaneError } from "./errors.ts";
import { showRegistration } from "./registrations.ts";

/** `{"query":"SELECT * FROM enrollmentGroups"}`: an array, and what continues it in a header. */
export function queryEnrollments(call: DataCall, kind: EnrollmentKind): Answer {
  const query = fieldsOf(jsonBody(call))?.["query"];
  if (typeof query !== "string" || !/^\s*select\s+\*(\s+from\s+\w+)?\s*$/i.test(query)) {
    return dataPlaneError(call.world, 400, 400_006, "The query is not supported.", call.atMs);
  }
  const all = [...enrollmentsOf(call.service, kind).values()];
  return paged(
    call,
    all.map((enrollment) => showEnrollment(enrollment, false)),
    kind === "enrollments" ? "enrollment" : "enrollmentGroup",
  );
}

export function queryRegistrations(call: DataCall, groupId: string): Answer {
  const all = [...call.service.registrations.values()].filter(
    ({ enrollmentGroupId }) => enrollmentGroupId !== null && key(enrollmentGroupId) === key(groupId),
  );
  return paged(
    call,
    all.map((registration) => showRegistration(registration, call.atMs)),
    "deviceRegistration",
  );
}

function paged(call: DataCall, items: readonly object[], itemType: string): Answer {
  const asked = Number(call.headers.get("x-ms-max-item-count") ?? Number.NaN);
  const size = Number.isSafeInteger(asked) && asked > 0 ? asked : (call.world.settings.pageSize ?? items.length);
  const from = Number(Buffer.from(call.headers.get("x-ms-continuation") ?? "", "base64url").toString() || "0");
  if (!Number.isSafeInteger(from) || from < 0) {
    return dataPlaneError(call.world, 400, 400_007, "The continuation is not valid.", call.atMs);
  }
  const end = from + size;
  const more = end < items.length ? { "x-ms-continuation": Buffer.from(String(end)).toString("base64url") } : {};
  return json(200, items.slice(from, end), { "x-ms-item-type": itemType, ...more });
}
