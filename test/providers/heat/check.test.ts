import { describe, expect, test } from "vitest";
import type { HeatConnection } from "../../../lib/contracts/connections/heat.ts";
import { connections, createCloud, createScripted, ids, json, scriptedConnection, tokenText } from "./support.ts";

type Scripted = ReturnType<typeof createScripted>;
const named = async (cloud: Pick<Scripted, "provider" | "context">) =>
  Object.fromEntries((await cloud.provider.check(cloud.context())).map((one) => [one.what, one]));
const listing =
  (status = 200) =>
  (method: string, path: string) => {
    if (path.startsWith("/software_deployments?")) return json(status, { software_deployments: [] });
    if (method !== "HEAD") return undefined;
    return new Response(null, { status: path === `/${ids.container}` ? 204 : 404 });
  };

describe.each(["openstack", "otc", "rackspace"] as const)("a check of %s", (flavour) => {
  test("finds everything in order", async () => {
    const cloud = createCloud({ flavour });
    const checks = await cloud.provider.check(cloud.context());
    expect(checks.map(({ what }) => what)).toEqual(["login", "endpoint", "role", "read", "container", "signed-url"]);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(cloud.emulator.requests().filter(({ method }) => !["GET", "HEAD"].includes(method))).toHaveLength(1);
  });

  test("names a key that does not fit", async () => {
    const cloud = createCloud({ flavour, secrets: { "vault:temp-url-key": "canary-other-key" } });
    const { "signed-url": check } = await named(cloud);
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining("connections.fleet.tempUrl.key") });
    expect(JSON.stringify(check)).not.toContain("canary");
  });

  test("names a container that is not there", async () => {
    const base = connections[flavour];
    const tempUrl = { container: "other", key: "vault:temp-url-key", digest: "sha256" } as const;
    const cloud = createCloud({ flavour, connection: { ...base, tempUrl } });
    const checks = await named(cloud);
    expect(checks["container"]).toMatchObject({ ok: false, detail: expect.stringContaining("create the container") });
    expect(checks["signed-url"]).toBeUndefined();
  });
});

describe("the role", () => {
  const roles = (...names: string[]) => ({ roles: names.map((name) => ({ name })) });

  test.each([
    [["member", "reader"], true, undefined],
    [["admin", "member"], true, true],
    [["reader"], false, undefined],
    [["te_admin"], true, undefined],
    [["reader", "custom"], true, undefined],
    [["constructor"], true, undefined],
  ])("of Keystone %j", async (names, ok, warning) => {
    const { role } = await named(createScripted(listing(), { token: roles(...names) }));
    expect(role?.ok).toBe(ok);
    expect(role?.warning).toBe(warning);
    if (!ok) expect(role?.detail).toContain("the role member");
    if (warning) expect(role?.detail).toContain("every project");
  });

  test.each([
    [["heat:admin", "identity:default"], true, undefined],
    [["heat:creator"], true, true],
    [["heat:observer", "identity:default"], false, undefined],
    [["identity:user-admin"], true, undefined],
  ])("of Rackspace %j", async (names, ok, warning) => {
    const connection: HeatConnection = {
      kind: "heat",
      flavour: "rackspace",
      region: "DFW",
      authUrl: "https://keystone.example/v2.0",
      endpoint: "https://heat.example/v1/p1",
      credential: { kind: "api-key", user: "joe", apiKey: "vault:login" },
    };
    const access = { token: { id: tokenText, tenant: { id: "p1" } }, user: roles(...names) };
    const cloud = createScripted(
      (method, path) => (path.endsWith("/tokens") ? json(200, { access }) : listing()(method, path)),
      { connection },
    );
    const { role } = await named(cloud);
    expect(role?.ok).toBe(ok);
    expect(role?.warning).toBe(warning);
    if (!ok) expect(role?.detail).toContain("heat:admin");
  });
});

test("a check ends with the login when that fails", async () => {
  const cloud = createScripted((_method, path) =>
    path.endsWith("/tokens") ? json(401, { error: { code: 401 } }) : undefined,
  );
  const checks = await cloud.provider.check(cloud.context());
  expect(checks).toEqual([
    { what: "login", ok: false, detail: expect.stringContaining("connections.fleet.credential") },
  ]);
});

test("a check says that reading is refused", async () => {
  const { read } = await named(createScripted(listing(403)));
  expect(read).toMatchObject({ ok: false });
});

test("a check without an object store leaves it out", async () => {
  const { tempUrl: _none, ...connection } = scriptedConnection;
  const cloud = createScripted(listing(), { connection });
  expect((await cloud.provider.check(cloud.context())).map(({ what }) => what)).toEqual([
    "login",
    "endpoint",
    "role",
    "read",
  ]);
});
