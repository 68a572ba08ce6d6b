import type { Answer } from "../../exchange/answer.ts";
import type { Admission, Call } from "../../exchange/call.ts";
import { serviceHost } from "../description.ts";
import { grants, type Right } from "../rights.ts";
import { type ProvisioningService, serviceNamed, type World } from "../world.ts";
import type { DataPlaneAddress } from "./address.ts";
import { runBulk } from "./bulk.ts";
import type { DataCall } from "./data-call.ts";
import { attestationMechanism, deleteEnrollment, getEnrollment, putEnrollment } from "./enrollments.ts";
import { dataPlaneError, unauthorized } from "./errors.ts";
import { queryEnrollments, queryRegistrations } from "./query.ts";
import { deleteRegistration, getRegistration } from "./registrations.ts";
import { isSignedBy, parseSasToken } from "./sas-token.ts";

interface DataRoute {
  readonly operation: string;
  readonly right: Right | "attestation";
  readonly handle: (call: DataCall) => Answer;
}

const FAMILIES = { enrollmentgroups: "EnrollmentGroup", enrollments: "IndividualEnrollment" } as const;

/** What the method and the path mean, or null. */
export function dataRoute(method: string, segments: readonly string[]): DataRoute | null {
  const [family = "", id = "", action = "", ...more] = segments.map((segment, index) =>
    index === 1 ? segment : segment.toLowerCase(),
  );
  if (more.length > 0 || (segments.length > 1 && id === "")) return null;
  if (family === "registrations") return registrationRoute(method, id, action);
  if (family !== "enrollmentgroups" && family !== "enrollments") return null;
  const kind = family === "enrollments" ? "enrollments" : "enrollmentGroups";
  const name = FAMILIES[family];
  const route = (operation: string, right: DataRoute["right"], handle: DataRoute["handle"]): DataRoute => {
    return { operation: `${name}_${operation}`, right, handle };
  };
  switch (`${method} ${segments.length} ${segments.length === 2 && id.toLowerCase() === "query" ? "query" : action}`) {
    case "POST 1 ":
      return route("RunBulkOperation", "EnrollmentWrite", (call) => runBulk(call, kind));
    case "POST 2 query":
      return route("Query", "EnrollmentRead", (call) => queryEnrollments(call, kind));
    case "GET 2 ":
      return route("Get", "EnrollmentRead", (call) => getEnrollment(call, kind, id));
    case "PUT 2 ":
      return route("CreateOrUpdate", "EnrollmentWrite", (call) => putEnrollment(call, kind, id));
    case "DELETE 2 ":
      return route("Delete", "EnrollmentWrite", (call) => deleteEnrollment(call, kind, id));
    case "POST 3 attestationmechanism":
      return route("GetAttestationMechanism", "attestation", (call) => attestationMechanism(call, kind, id));
    default:
      return null;
  }
}

function registrationRoute(method: string, id: string, action: string): DataRoute | null {
  const name = "DeviceRegistrationState";
  if (id === "") return null;
  if (method === "POST" && action === "query") {
    return {
      operation: `${name}_Query`,
      right: "RegistrationStatusRead",
      handle: (call) => queryRegistrations(call, id),
    };
  }
  if (action !== "") return null;
  if (method === "GET") {
    return { operation: `${name}_Get`, right: "RegistrationStatusRead", handle: (call) => getRegistration(call, id) };
  }
  if (method === "DELETE") {
    return {
      operation: `${name}_Delete`,
      right: "RegistrationStatusWrite",
      handle: (call) => deleteRegistration(call, id),
    };
  }
  return null;
}

export function routeData(world: World, call: Call, address: DataPlaneAddress): Admission {
  const service = serviceNamed(world, address.name);
  if (service === undefined || service.pending?.kind === "create") {
    return { refusal: dataPlaneError(world, 404, 404_001, "There is no such service.", call.atMs) };
  }
  const route = dataRoute(call.method, address.segments);
  if (route === null) {
    return { refusal: dataPlaneError(world, 404, 404_002, `There is nothing at ${call.url.pathname}.`, call.atMs) };
  }
  if (!call.url.searchParams.has("api-version")) {
    return { refusal: dataPlaneError(world, 400, 400_001, "The api-version is missing.", call.atMs) };
  }
  const right = route.right === "attestation" ? world.settings.attestationRight : route.right;
  if (!isAllowed(service, call, right)) return { refusal: unauthorized(world, call.atMs) };
  if (service.state === "Suspended" && world.settings.suspendedDataPlane === "refuse-403") {
    return { refusal: dataPlaneError(world, 403, 403_004, "The service is suspended.", call.atMs) };
  }
  return { carryOut: (atMs) => route.handle({ ...call, atMs, world, service }) };
}

/** Judged by the keys that are in force now: both slots count, and a replaced key counts no more. */
function isAllowed(service: ProvisioningService, call: Call, right: Right): boolean {
  const token = parseSasToken(call.headers.get("authorization"));
  if (token === null || token.expiresAtMs <= call.atMs) return false;
  if (service.config.newer["disableLocalAuth"] === true) return false;
  if (token.resource.toLowerCase() !== serviceHost(service).toLowerCase()) return false;
  const policy = service.config.policies.find(({ keyName }) => keyName.toLowerCase() === token.keyName.toLowerCase());
  if (policy === undefined || !grants(policy.rights, right)) return false;
  return [policy.primaryKey, policy.secondaryKey].some((key) => isSignedBy(token, key));
}
