import { describe, expect, test } from "vitest";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import {
  clientId,
  connection,
  createFleet,
  directoryId,
  type FleetOptions,
  objectId,
  scenario,
  tenantId,
} from "./support.ts";

const checked = async (options: FleetOptions = {}) => {
  const fleet = createFleet(options);
  return { fleet, checks: await fleet.provider.check(fleet.context()) };
};
const brief = (checks: readonly { what: string; ok: boolean }[]) => checks.map(({ what, ok }) => `${what} ${ok}`);

/** Gives every token the claims of a real one, and takes them off again on the way to the emulator. */
function withClaims(roles: unknown) {
  let real = "";
  const claims = Buffer.from(JSON.stringify({ oid: objectId, tid: directoryId })).toString("base64url");
  return async (request: Request, next: Fetch): Promise<Response> => {
    if (request.url.endsWith("/token")) {
      const body = (await (await next(request)).json()) as { access_token: string };
      real = body.access_token;
      return new Response(JSON.stringify({ ...body, access_token: `e30.${claims}.c2ln` }));
    }
    if (request.url.endsWith("/role") && roles !== undefined) return new Response(JSON.stringify(roles));
    return next(new Request(request, { headers: { authorization: `Bearer ${real}` } }));
  };
}

describe("check", () => {
  test("logs in, sees the Sphere tenant, and reads the role where the token names its holder", async () => {
    const { checks, fleet } = await checked({ through: withClaims(undefined) });
    expect(brief(checks)).toEqual(["api true", "login true", "sphere-tenant true", "role true"]);
    expect(checks.at(-1)?.detail).toBe(
      `${objectId}@${directoryId}.onmicrosoft.com has Contributor in the Sphere tenant`,
    );
    expect(fleet.apiCalls().every((call) => call.startsWith("GET "))).toBe(true);
  });

  test("does without the role's name when the token is opaque", async () => {
    const { checks, fleet } = await checked();
    expect(brief(checks)).toEqual(["api true", "login true", "sphere-tenant true", "role true"]);
    expect(fleet.apiCalls()).toEqual(["GET /v2/tenants"]);
  });

  test.each([
    [{ Roles: [{ TenantId: tenantId, RoleNames: ["Reader"] }] }, "got Reader"],
    [{ Roles: [] }, "got no role"],
    [{ Roles: [{ TenantId: directoryId, RoleNames: ["Administrator"] }] }, "got no role"],
  ])("names a role that is missing: %j", async (roles, said) => {
    const { checks } = await checked({ through: withClaims(roles) });
    expect(checks.at(-1)).toMatchObject({ what: "role", ok: false, detail: expect.stringContaining(said) });
    expect(checks.at(-1)?.detail).toContain(`the role Administrator or Contributor in Sphere tenant ${tenantId}`);
  });

  test("stops at a login that is refused, and says what to do", async () => {
    const { checks } = await checked({
      scenario: { clients: [{ directoryId, clientId, objectId, secret: "another" }] },
    });
    expect(brief(checks)).toEqual(["api true", "login false"]);
    expect(checks.at(-1)?.detail).toContain("put the client secret's value");
  });

  test("points out a Sphere tenant that is not visible", async () => {
    const { checks } = await checked({ scenario: { roles: [] } });
    expect(brief(checks)).toEqual(["api true", "login true", "sphere-tenant false"]);
    expect(checks.at(-1)?.detail).toContain("check connections.sphere-prod.sphereTenantId");
  });

  test("points out an Entra directory in the place of the Sphere tenant", async () => {
    const { checks } = await checked({ provider: { connection: { ...connection, sphereTenantId: directoryId } } });
    expect(checks.at(-1)?.detail).toContain("names the Entra directory: put the Sphere tenant's id there");
    expect(checks.at(-1)?.detail).toContain(tenantId);
  });

  test("points out a scope that the API refuses", async () => {
    const credential = { ...connection.credential, scope: "https://management.azure.com/.default" };
    const { checks } = await checked({ provider: { connection: { ...connection, credential } } });
    expect(checks.at(-1)).toMatchObject({
      what: "sphere-tenant",
      ok: false,
      detail: expect.stringContaining("check scope"),
    });
  });

  test("fails once the API has retired", async () => {
    const fleet = createFleet();
    fleet.time.advance(Date.parse("2027-09-27T00:00:00Z") - fleet.time.now());
    const [api] = await fleet.provider.check(fleet.context());
    expect(api).toMatchObject({ what: "api", ok: false, detail: expect.stringContaining("since 2027-09-27") });
  });

  test("is of one managed identity, too", async () => {
    const identityObjectId = "1de27170-0000-4000-8000-000000000002";
    const { checks } = await checked({
      provider: { connection: { ...connection, credential: { kind: "managed-identity" } } },
      scenario: {
        managedIdentities: [{ directoryId, clientId, objectId: identityObjectId, identityHeader: "x" }],
        roles: [{ tenantId, objectId: identityObjectId, roleNames: ["Administrator"] }],
        clients: scenario.clients ?? [],
      },
    });
    expect(checks.every(({ ok }) => ok)).toBe(true);
  });
});
