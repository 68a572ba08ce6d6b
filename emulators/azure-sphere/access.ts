import { tokenHolder } from "../entra/tokens.ts";
import { type Answer, empty } from "./answer.ts";
import { type Call, problem, type Route } from "./call.ts";
import { key, type Principal, roleNames, type Tenant, type World } from "./world.ts";

export interface Admitted {
  readonly caller: Principal | null;
  readonly tenant: Tenant | null;
}

/** Who calls? Returns the refusal when nobody known does. Its body is empty: the token layer sits before the API. */
export function signIn(world: World, call: Call): Answer | Principal {
  const [scheme, token] = (call.headers.get("authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) return empty(401, { "www-authenticate": "Bearer" });
  const holder = tokenHolder(world, token, call.atMs);
  return holder ?? empty(401, { "www-authenticate": 'Bearer error="invalid_token"' });
}

/** May they use this route in this tenant? */
export function admit(world: World, route: Route, caller: Principal, tenantId: string | undefined): Answer | Admitted {
  if (tenantId === undefined) return { caller, tenant: null };
  const tenant = world.tenants.get(key(tenantId));
  if (tenant === undefined) {
    return problem(world, world.settings.unknownTenantStatus, `The tenant ${tenantId} was not found or is not yours.`);
  }
  const roles = roleNames(world, tenantId, caller.objectId);
  if (roles.length === 0) return problem(world, 403, "The caller has no role in the tenant.");
  if (route.access === "write" && !roles.some((role) => world.settings.writeRoles.includes(role))) {
    return problem(world, 403, `The caller's role ${roles.join(", ")} may not write.`);
  }
  return { caller, tenant };
}
