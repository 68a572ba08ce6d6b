import { DroverError } from "../../contracts/errors.ts";
import type { CallContext, ProviderCheck } from "../../contracts/provider.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { TokenSource } from "../entra/tokens.ts";
import { scrub } from "../scrub.ts";
import type { Parts } from "./parts.ts";
import type { Retirement } from "./retirement.ts";
import { rolesSchema, tenantsSchema } from "./wire.ts";

export interface CheckInput {
  readonly name: string;
  readonly tokens: TokenSource;
  readonly scope: string;
  /** The Entra directory, when the credential names one. */
  readonly directoryId: string | undefined;
  readonly retirement: Retirement;
}

/** Roles that may deploy: product pages ask for the first, published samples get by with the second. */
const deployingRoles = ["administrator", "contributor"];

/** Logs in and reads, one step after the other, up to the first that fails: the later ones would only repeat its cause. */
export async function check(
  parts: Parts,
  input: CheckInput,
  { signal }: CallContext,
): Promise<readonly ProviderCheck[]> {
  const checks: ProviderCheck[] = [checkRetirement(parts, input)];
  const step = async <Value>(what: string, run: () => Promise<{ detail: string; value: Value; ok?: boolean }>) => {
    try {
      const { detail, value, ok = true } = await run();
      checks.push({ what, ok, detail });
      return ok ? { value } : undefined;
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      checks.push({ what, ok: false, detail: error.message });
      return undefined;
    }
  };
  const login = await step("login", async () => ({
    value: await input.tokens.get(signal),
    detail: `Got a token for ${input.scope}`,
  }));
  if (login === undefined) return checks;
  const tenant = await step("sphere-tenant", () => checkTenant(parts, input, signal));
  if (tenant !== undefined) await step("role", () => checkRole(parts, input, login.value, signal));
  return checks;
}

async function checkTenant(
  { client, paths, sphereTenantId }: Parts,
  { name, directoryId }: CheckInput,
  signal: AbortSignal,
) {
  const { value: tenants } = await client.read(
    { url: paths.tenants, about: "the visible Sphere tenants", operation: "list-tenants", schema: tenantsSchema },
    signal,
  );
  const found = tenants.find(({ Id }) => same(Id, sphereTenantId));
  if (found)
    return { value: true, detail: `Sphere tenant ${sphereTenantId} (${scrub(found.Name ?? "", [], 60)}) is visible` };
  const seen =
    tenants.length === 0
      ? "none"
      : tenants
          .slice(0, 5)
          .map(({ Id }) => Id)
          .join(", ");
  const advice = same(directoryId ?? "", sphereTenantId)
    ? `connections.${name}.sphereTenantId names the Entra directory: put the Sphere tenant's id there`
    : `check connections.${name}.sphereTenantId (not the Entra directory), and register the identity in that Sphere tenant with a role`;
  return {
    value: false,
    ok: false,
    detail: `Expected Sphere tenant ${sphereTenantId} to be visible, got ${seen}: ${advice}`,
  };
}

async function checkRole(
  { client, paths, sphereTenantId }: Parts,
  { name }: CheckInput,
  token: Secret,
  signal: AbortSignal,
) {
  const user = userIn(token);
  // Whoever reads has a role; whether it may deploy shows with the first deployment at the latest.
  if (user === undefined) {
    return {
      value: undefined,
      detail: "A role was found; which one cannot be read, as the token does not name its holder",
    };
  }
  const { value } = await client.read(
    { url: paths.role(user), about: `the roles of ${user}`, operation: "read-role", schema: rolesSchema },
    signal,
  );
  const here = (value.Roles ?? []).filter(({ TenantId }) => !TenantId || same(TenantId, sphereTenantId));
  const names = here.flatMap(({ RoleNames }) => RoleNames ?? []).map((role) => scrub(role, [], 60));
  const ok = names.some((role) => deployingRoles.includes(role.toLowerCase()));
  const seen = names.length === 0 ? "no role" : names.join(", ");
  if (ok) return { value: undefined, detail: `${user} has ${seen} in the Sphere tenant` };
  const advice = `give ${user}, the identity of connection ${name}, the role Administrator or Contributor in Sphere tenant ${sphereTenantId}`;
  return { value: undefined, ok, detail: `Expected a role that may deploy, got ${seen}: ${advice}` };
}

/**
 * The name under which an identity is registered in a Sphere tenant, from the token's claims; undefined when it is not readable. Only
 * for this check: to everything else a token is opaque.
 */
function userIn(token: Secret): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.reveal().split(".")[1] ?? "", "base64url").toString());
    if (typeof claims !== "object" || claims === null || !("oid" in claims) || !("tid" in claims)) return undefined;
    const [objectId, directoryId] = [claims.oid, claims.tid];
    return isGuid(objectId) && isGuid(directoryId) ? `${objectId}@${directoryId}.onmicrosoft.com` : undefined;
  } catch {
    return undefined;
  }
}

function isGuid(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function checkRetirement({ clock }: Parts, { retirement }: CheckInput): ProviderCheck {
  const { api, retiresOn, what, see } = retirement;
  const ok = clock.wallMs() < Date.parse(retiresOn);
  return { what: "api", ok, detail: `${api}: ${ok ? "until" : "since"} ${retiresOn}. ${what} (${see})` };
}
