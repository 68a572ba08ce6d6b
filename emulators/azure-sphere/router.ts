import { admit, signIn } from "./access.ts";
import type { Answer } from "./answer.ts";
import { type Call, isDeviceId, isUuid, problem, type Route } from "./call.ts";
import { createDeployment } from "./routes/create-deployment.ts";
import { findDeployment, listDeployments } from "./routes/deployments.ts";
import { findDeviceGroup, findDeviceGroupByName, listDeviceGroups } from "./routes/device-groups.ts";
import { deviceImages } from "./routes/device-images.ts";
import { entraToken } from "./routes/entra-token.ts";
import { findImage, imageMetadata, imageStatus, listImages } from "./routes/images.ts";
import { appServiceToken, imdsToken } from "./routes/managed-identity.ts";
import { deployDetails, findGlobalOperation, findOperation, uploadDetails } from "./routes/operations.ts";
import { listTenants } from "./routes/tenants.ts";
import { uploadImage } from "./routes/upload-image.ts";
import { userRole } from "./routes/user-role.ts";
import type { World } from "./world.ts";

const ROUTES: readonly Route[] = [
  entraToken,
  imdsToken,
  appServiceToken,
  listTenants,
  userRole,
  createDeployment,
  listDeployments,
  findDeployment,
  findOperation,
  deployDetails,
  uploadDetails,
  findGlobalOperation,
  listDeviceGroups,
  findDeviceGroup,
  findDeviceGroupByName,
  listImages,
  uploadImage,
  findImage,
  imageMetadata,
  imageStatus,
  deviceImages,
];

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly { readonly literal?: string; readonly name?: string }[];
}

/** By number of segments: a path is compared with a handful of routes only. */
const COMPILED: ReadonlyMap<number, readonly CompiledRoute[]> = Map.groupBy(
  ROUTES.map((route) => ({ route, segments: route.path.split("/").slice(1).map(compileSegment) })),
  ({ segments }) => segments.length,
);

function compileSegment(text: string): { literal?: string; name?: string } {
  return text.startsWith("{") ? { name: text.slice(1, -1) } : { literal: text.toLowerCase() };
}

/** The refusal of a call, or what carries it out at a given time: a late landing is admitted now and carried out later. */
export type Admission = { readonly refusal: Answer } | { readonly carryOut: (atMs: number) => Answer };

export function route(world: World, call: Call): Admission {
  const candidates = matching(call.url.pathname);
  const found = candidates.find(({ route }) => route.method === call.method);
  if (candidates.length === 0) return { refusal: problem(world, 404, `There is nothing at ${call.url.pathname}.`) };
  if (found === undefined) {
    const allow = candidates.map(({ route }) => route.method).join(", ");
    return { refusal: problem(world, 405, `The method ${call.method} is not allowed here.`, { allow }) };
  }
  const { route, params } = found;
  if (route.access === "public") {
    return { carryOut: (atMs) => route.handle({ ...call, atMs, world, params, caller: null, tenant: null }) };
  }
  const caller = signIn(world, call);
  if ("status" in caller) return { refusal: caller };
  const malformed = [...params].find(([name, value]) => !wellFormed(name, value));
  if (malformed) return { refusal: problem(world, 400, `The value "${malformed[1]}" is not a valid ${malformed[0]}.`) };
  const admitted = admit(world, route, caller, params.get("tenantId"));
  if ("status" in admitted) return { refusal: admitted };
  return { carryOut: (atMs) => route.handle({ ...call, ...admitted, atMs, world, params }) };
}

function matching(pathname: string): { route: Route; params: ReadonlyMap<string, string> }[] {
  const parts = pathname.split("/").slice(1);
  return (COMPILED.get(parts.length) ?? []).flatMap(({ route, segments }) => {
    const params = new Map<string, string>();
    const matches = segments.every(({ literal, name }, index) => {
      const part = parts[index] ?? "";
      if (name === undefined) return part.toLowerCase() === literal;
      params.set(name, decoded(part));
      return part !== "";
    });
    return matches ? [{ route, params }] : [];
  });
}

/** A segment that is no valid percent encoding stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Every id of a path is a UUID, except a device's, and a user's, which may be a user name. */
function wellFormed(name: string, value: string): boolean {
  if (name === "deviceId") return isDeviceId(value);
  return !name.endsWith("Id") || name === "userId" || isUuid(value);
}
