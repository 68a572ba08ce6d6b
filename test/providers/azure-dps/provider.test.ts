import { describe, expect, test } from "vitest";
import type { OperationRequest } from "../../../lib/contracts/request.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { failureOf } from "../support.ts";
import { answeringTo, createWorld, management, rotationRequest, subscriptionId } from "./support.ts";

describe("check", () => {
  test("logs in, reads, says what a rotation needs, and warns of what the version hides", async () => {
    const world = createWorld();
    const checks = await world.provider.check(world.context());
    expect(checks.map(({ what, ok, warning }) => [what, ok, warning])).toEqual([
      ["api-version", true, true],
      ["login", true, undefined],
      ["services", true, undefined],
      ["rights", true, undefined],
    ]);
    expect(checks[0]?.detail).toContain("2017-11-15 does not show publicNetworkAccess, ipFilterRules");
    expect(checks[2]?.detail).toContain(`1 service(s) visible in subscription ${subscriptionId}: dps-eu`);
    expect(checks[3]?.detail).toContain("Microsoft.Devices/provisioningServices/listkeys/action");
    expect(world.calls()).toHaveLength(1);
  });

  test("has nothing to warn of where the version shows everything that lasts", async () => {
    const world = createWorld({ connection: { apiVersion: "2026-08-31" } });
    const [version] = await world.provider.check(world.context());
    expect(version?.detail).toBe(
      "2026-08-31 does not show deviceRegistryNamespace: Drover asks newer versions before a write and refuses to reset what is set; a newer connections.dps-prod.apiVersion keeps such settings",
    );
  });

  test("ends at the first thing that fails", async () => {
    const wrong = createWorld({ provider: { secret: async () => new Secret("wrong") } });
    const login = await wrong.provider.check(wrong.context());
    expect(login.map(({ what, ok }) => [what, ok])).toEqual([
      ["api-version", true],
      ["login", false],
    ]);
    const forbidden = createWorld({
      through: answeringTo(/provisioningServices\?/, () =>
        Response.json({ error: { code: "AuthorizationFailed", message: "no" } }, { status: 403 }),
      ),
    });
    const read = await forbidden.provider.check(forbidden.context());
    expect(read.at(-1)).toMatchObject({ what: "services", ok: false });
    expect(read.at(-1)?.detail).toContain("Microsoft.Devices/provisioningServices/read");
    const other = createWorld({ connection: { subscriptionId: "5b0e7a10-0000-4000-8000-000000000bad" } });
    expect((await other.provider.check(other.context())).at(-1)?.detail).toContain(
      "connections.dps-prod.subscriptionId",
    );
  });
});

describe("the provider", () => {
  test("refuses a request that it does not know", async () => {
    const { provider, context } = createWorld();
    const request = { ...rotationRequest(), type: "drover.azure-sphere.deploy" } as OperationRequest;
    expect(await failureOf(provider.prepareDeployment(request, context()))).toMatchObject({
      code: "unsupported-request",
    });
    expect(() => provider.plan(request)).toThrow("drover.azure-sphere.deploy");
  });

  test("refuses fields that are none of a rotation", () => {
    const { provider } = createWorld();
    expect(() => provider.rotation.policyKeys(rotationRequest({ policy: "a/b" }))).toThrow("key rotation");
  });

  test.each([
    [management, `${management}/.default`],
    ["https://management.usgovcloudapi.net/", "https://management.usgovcloudapi.net/.default"],
    ["http://127.0.0.1:4711", `${management}/.default`],
    ["https://localhost:4711", `${management}/.default`],
  ])("asks for a token for the endpoint %s as %s", async (endpoint, scope) => {
    const scopes: (string | null)[] = [];
    const world = createWorld({
      connection: { endpoint },
      through: async (request, next) => {
        if (request.url.includes("/oauth2/"))
          scopes.push(new URLSearchParams(await request.clone().text()).get("scope"));
        return next(request);
      },
    });
    await world.provider.check(world.context());
    expect(scopes).toEqual([scope]);
  });

  test("keeps its token from every origin but its own", async () => {
    const tokens = new Map<string, boolean>();
    const world = createWorld({
      through: (request, next) => {
        tokens.set(new URL(request.url).origin, request.headers.get("authorization")?.startsWith("Bearer ") ?? false);
        return next(request);
      },
    });
    const keys = world.provider.rotation.policyKeys(rotationRequest());
    const look = await keys.look(world.context());
    await keys.tryKey(look.keys.primary, world.context());
    expect(Object.fromEntries(tokens)).toEqual({
      "https://login.microsoftonline.com": false,
      [management]: true,
      "https://dps-eu.azure-devices-provisioning.net": false,
    });
  });
});
