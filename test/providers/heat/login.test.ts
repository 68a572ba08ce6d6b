import { describe, expect, test } from "vitest";
import type { HeatConnection } from "../../../lib/contracts/connections/heat.ts";
import {
  ConfigurationError,
  type DroverError,
  PermanentError,
  RetryableError,
  UnauthorizedError,
} from "../../../lib/contracts/errors.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import { failureOf, shown } from "../support.ts";
import {
  createCloud,
  createScripted,
  handle,
  heatUrl,
  intentFor,
  json,
  keystoneToken,
  preparedDerived,
  requestFor,
  type Script,
  scriptedConnection,
  start,
  tokenText,
} from "./support.ts";

type Keystone = Extract<HeatConnection, { flavour: "openstack" }>;
const withCredential = (credential: Keystone["credential"]) => ({ ...scriptedConnection, credential }) as Keystone;
const password = "vault:login";

const rackspace: HeatConnection = {
  kind: "heat",
  flavour: "rackspace",
  region: "dfw",
  authUrl: "https://identity.example/v2.0",
  credential: { kind: "api-key", user: "joe", apiKey: "vault:login" },
};
const dfw = "https://dfw.orchestration.api.rackspacecloud.com/v1/900001";
const access = (token: object, rest: object = {}) => ({
  access: {
    token: { id: tokenText, expires: "2026-11-22T09:00:00.000Z", tenant: { id: "900001", name: "x" }, ...token },
    serviceCatalog: [
      { type: "rax:autoscale", endpoints: [{ region: "DFW", publicURL: "https://other.example" }] },
      {
        type: "orchestration",
        endpoints: [
          { region: "ORD", publicURL: "https://ord.example" },
          { region: "DFW", publicURL: dfw },
        ],
      },
    ],
    user: { roles: [{ name: "heat:admin" }] },
    ...rest,
  },
});

async function poll(cloud: ReturnType<typeof createScripted>) {
  const at = cloud.options.connection.flavour === "rackspace" ? { ...handle, place: "dfw/900001" } : handle;
  return await cloud.provider.poll(requestFor(), at, undefined, cloud.context());
}
/** What the login itself says, first thing in every check. */
async function checked(cloud: ReturnType<typeof createScripted>) {
  const [login, endpoint] = await cloud.provider.check(cloud.context());
  return { login, endpoint };
}

describe("a Keystone login", () => {
  test.each<[string, Keystone["credential"], unknown]>([
    [
      "by ids",
      { kind: "password", userId: "u1", projectId: "p1", password },
      {
        identity: { methods: ["password"], password: { user: { id: "u1", password: "canary-login-4711" } } },
        scope: { project: { id: "p1" } },
      },
    ],
    [
      "by names within a named domain",
      { kind: "password", user: "joe", project: "one", domain: "Default", password },
      {
        identity: {
          methods: ["password"],
          password: { user: { name: "joe", domain: { name: "Default" }, password: "canary-login-4711" } },
        },
        scope: { project: { name: "one", domain: { name: "Default" } } },
      },
    ],
    [
      "by a name within a domain by its id, and a project by its id",
      { kind: "password", user: "joe", projectId: "p1", domainId: "default", password },
      {
        identity: {
          methods: ["password"],
          password: { user: { name: "joe", domain: { id: "default" }, password: "canary-login-4711" } },
        },
        scope: { project: { id: "p1" } },
      },
    ],
    [
      "by an application credential, without a scope",
      { kind: "application-credential", id: "c1", secret: password },
      {
        identity: {
          methods: ["application_credential"],
          application_credential: { id: "c1", secret: "canary-login-4711" },
        },
      },
    ],
  ])("%s", async (_name, credential, auth) => {
    const cloud = createScripted(() => undefined, { connection: withCredential(credential) });
    expect((await checked(cloud)).login).toMatchObject({ ok: true, detail: "Got a token of project p1" });
    const [login] = cloud.sent;
    expect(login?.request.url).toBe("https://keystone.example/v3/auth/tokens");
    expect(JSON.parse(login?.text ?? "")).toEqual({ auth });
  });

  test("sends the token, and to Heat alone", async () => {
    const cloud = createScripted(() => undefined);
    await poll(cloud);
    const [login, show] = cloud.sent;
    expect(login?.request.headers.get("x-auth-token")).toBeNull();
    expect(show?.request.headers.get("x-auth-token")).toBe(tokenText);
    expect(show?.request.url).toBe(`${heatUrl}/software_deployments/${handle.deploymentId}`);
  });

  test.each([
    ["no project", { project: null }, "unscoped"],
    ["no project and no catalogue", { project: null, catalog: null, roles: null }, "unscoped"],
  ])("says so when the token has %s", async (_name, token, word) => {
    const cloud = createScripted(() => undefined, { token });
    const error = await failureOf(poll(cloud));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({ code: "unscoped-token", effect: "none" });
    expect(shown(error)).toContain(word);
    expect(cloud.sent).toHaveLength(1);
  });

  test.each<[number, unknown, abstract new (...args: never[]) => DroverError, string]>([
    [
      400,
      { error: { code: 400, title: "Bad Request", message: "Expecting to find domain" } },
      UnauthorizedError,
      "login-refused",
    ],
    [
      401,
      { error: { code: 401, title: "Unauthorized", message: "requires authentication" } },
      UnauthorizedError,
      "login-refused",
    ],
    [403, { error: { code: 403, title: "Forbidden", message: "locked" } }, UnauthorizedError, "login-refused"],
    [404, "<!doctype html><title>404</title>", UnauthorizedError, "login-refused"],
    [413, { overLimit: { code: 413, message: "slow down" } }, RetryableError, "throttled"],
    [429, { error_code: "APIG.0308", error_msg: "throttled", request_id: "abcd-1" }, RetryableError, "throttled"],
    [500, { error: { code: 500, title: "Internal", message: "x" } }, RetryableError, "provider-unavailable"],
    [503, "Service Unavailable", RetryableError, "provider-unavailable"],
  ])("answered %i", async (status, body, kind, code) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const cloud = createScripted((_method, path) =>
      path.endsWith("/tokens") ? new Response(text, { status }) : undefined,
    );
    const error = await failureOf(poll(cloud));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code, effect: "none", status, provider: "heat" });
  });

  test.each<[string, Script]>([
    ["no token header", () => json(201, { token: keystoneToken() })],
    ["a token that is no header value", () => json(201, { token: keystoneToken() }, { "x-subject-token": "a b" })],
    ["no JSON", () => new Response("ok", { status: 201, headers: { "x-subject-token": "x" } })],
    ["another shape", () => json(201, { access: {} }, { "x-subject-token": "x" })],
  ])("with %s is unreadable", async (_name, answer) => {
    const cloud = createScripted((method, path, text) =>
      path.endsWith("/tokens") ? answer(method, path, text) : undefined,
    );
    const error = await failureOf(poll(cloud));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ effect: "none" });
  });

  test.each([
    [
      "is kept by its own clock, whatever ours says",
      { issued_at: "2026-11-21T03:00:00Z", expires_at: "2026-11-21T04:00:00Z" },
      54,
      1,
    ],
    ["is renewed before its end", { issued_at: "2026-11-21T03:00:00Z", expires_at: "2026-11-21T04:00:00Z" }, 56, 2],
    ["without a zone is UTC", { issued_at: "2026-11-21T03:00:00.5", expires_at: "2026-11-21T04:00:00.5" }, 54, 1],
    ["without times is kept for minutes", { issued_at: null, expires_at: null }, 2, 1],
    ["without times is renewed soon", { issued_at: null, expires_at: null }, 4, 2],
  ])("a token %s", async (_name, token, minutes, logins) => {
    const cloud = createScripted(() => undefined, { token });
    await poll(cloud);
    cloud.time.advance(minutes * 60_000);
    await poll(cloud);
    expect(cloud.sent.filter(({ path }) => path.endsWith("/tokens"))).toHaveLength(logins);
  });

  test("is one for all who wait", async () => {
    const cloud = createScripted(() => undefined);
    await Promise.all(Array.from({ length: 8 }, () => poll(cloud)));
    expect(cloud.sent.filter(({ path }) => path.endsWith("/tokens"))).toHaveLength(1);
  });
});

describe("a Rackspace login", () => {
  const login =
    (token: object = {}, rest: object = {}): Script =>
    (_method, path) =>
      path.endsWith("/tokens") ? json(200, access(token, rest)) : undefined;

  test.each([
    [
      "api key",
      { kind: "api-key", user: "joe", apiKey: "vault:login" } as const,
      { "RAX-KSKEY:apiKeyCredentials": { username: "joe", apiKey: "canary-login-4711" } },
    ],
    [
      "password",
      { kind: "password", user: "joe", password: "vault:login" } as const,
      { passwordCredentials: { username: "joe", password: "canary-login-4711" } },
    ],
  ])("by %s takes the token out of the body", async (_name, credential, auth) => {
    const cloud = createScripted(login(), { connection: { ...rackspace, credential } });
    await poll(cloud);
    expect(JSON.parse(cloud.sent[0]?.text ?? "")).toEqual({ auth });
    expect(cloud.sent[1]?.request.headers.get("x-auth-token")).toBe(tokenText);
    expect(cloud.sent[1]?.request.url).toBe(`${dfw}/software_deployments/${handle.deploymentId}`);
  });

  test("without a tenant is refused", async () => {
    const cloud = createScripted(login({ tenant: null }), { connection: rackspace });
    expect(await failureOf(poll(cloud))).toMatchObject({ code: "unscoped-token" });
  });

  test("with a token that is over by our clock is used all the same", async () => {
    const cloud = createScripted(login({ expires: "2026-11-20T09:00:00Z" }), { connection: rackspace });
    await poll(cloud);
    await poll(cloud);
    expect(cloud.sent.filter(({ path }) => path.endsWith("/tokens"))).toHaveLength(1);
  });

  test("that is answered with what is no token is unreadable", async () => {
    const cloud = createScripted(login({ id: "a\nb" }), { connection: rackspace });
    const error = await failureOf(poll(cloud));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: "unreadable-answer-unexpected-shape" });
    expect(cloud.sent).toHaveLength(1);
  });
});

describe("the endpoint", () => {
  const catalog = (...endpoints: JsonObject[]): JsonObject => ({ catalog: [{ type: "orchestration", endpoints }] });
  const entry = { interface: "public", region: "R1", region_id: "R1", url: heatUrl };

  test.each([
    ["of the right region", [{ ...entry, region: "R2", region_id: "R2", url: "https://other.example" }, entry]],
    ["of the right interface", [{ ...entry, interface: "internal", url: "https://other.example" }, entry]],
    ["named by region_id alone", [{ ...entry, region: null }]],
    ["named by region alone", [{ ...entry, region_id: null }]],
    ["with a slash at its end", [{ ...entry, url: `${heatUrl}/` }]],
  ])("%s is taken from the catalogue", async (_name, endpoints) => {
    const cloud = createScripted(() => undefined, { token: catalog(...endpoints) });
    expect((await checked(cloud)).endpoint).toMatchObject({
      ok: true,
      detail: `${heatUrl}, from the catalogue, region R1`,
    });
    await poll(cloud);
    expect(cloud.sent.at(-1)?.request.url).toBe(`${heatUrl}/software_deployments/${handle.deploymentId}`);
  });

  test.each([
    ["no such service", { catalog: [] }, "no orchestration at all"],
    ["another region", catalog({ ...entry, region: "R2", region_id: "R2" }), "it in R2"],
    ["another case of the region", catalog({ ...entry, region: "r1", region_id: "r1" }), "it in r1"],
    ["no URL", catalog({ ...entry, url: "nonsense" }), "it in R1"],
  ])("is unknown with %s", async (_name, token, seen) => {
    const error = await failureOf(poll(createScripted(() => undefined, { token })));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "endpoint-unknown", effect: "none" });
    expect(shown(error)).toContain(seen);
  });

  test.each(["https://evil.example/v1/p1", "https://heat.example:8004/v1/p1", "http://heat.example/v1/p1"])(
    "%s is refused before a token goes there, and named",
    async (url) => {
      const cloud = createScripted(() => undefined, { token: catalog({ ...entry, url }) });
      const error = await failureOf(poll(cloud));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error).toMatchObject({ code: "origin-refused" });
      expect(shown(error)).toContain(`${new URL(url).origin} from the catalogue: add it to connections.fleet.origins`);
      expect(cloud.sent).toHaveLength(1);
    },
  );

  test("of the connection goes before the catalogue", async () => {
    const endpoint = "https://rts.example/v1/p1";
    const cloud = createScripted(() => undefined, { connection: { ...scriptedConnection, endpoint } });
    expect((await checked(cloud)).endpoint?.detail).toBe(`${endpoint}, from connections.fleet.endpoint`);
    await poll(cloud);
    expect(cloud.sent.at(-1)?.request.url).toContain("rts.example");
  });

  test("of another project is warned of", async () => {
    const endpoint = "https://rts.example/v1/p2";
    const cloud = createScripted(() => undefined, { connection: { ...scriptedConnection, endpoint } });
    expect((await checked(cloud)).endpoint).toMatchObject({ ok: true, warning: true });
  });
});

describe("a refused token", () => {
  const refusing = (times: number): Script => {
    let left = times;
    return (_method, path) => {
      if (path.startsWith("/v3/") || left === 0) return undefined;
      left -= 1;
      return json(401, { error: { code: 401, title: "Unauthorized", message: "no" } });
    };
  };
  const logins = (cloud: ReturnType<typeof createScripted>) =>
    cloud.sent.filter(({ path }) => path.endsWith("/tokens"));

  test("of a read leads to one new login and one more read", async () => {
    const cloud = createScripted(refusing(1));
    expect(await poll(cloud)).toMatchObject({ kind: "gone" });
    expect(logins(cloud)).toHaveLength(2);
    expect(cloud.sent).toHaveLength(4);
  });

  test("of a read, twice, is for a person", async () => {
    const cloud = createScripted(refusing(9));
    expect(await failureOf(poll(cloud))).toBeInstanceOf(UnauthorizedError);
    expect(cloud.sent).toHaveLength(4);
  });

  test("of a create is not repeated in place, and proves that nothing happened", async () => {
    const cloud = createScripted(refusing(1));
    const intent = intentFor(cloud.time, preparedDerived);
    const error = await failureOf(cloud.provider.createDeployment(requestFor(), intent, cloud.context()));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: "token-refused", effect: "none", status: 401 });
    expect(cloud.sent.filter(({ method, path }) => method === "POST" && path === "/software_deployments")).toHaveLength(
      1,
    );
    expect(logins(cloud)).toHaveLength(2);
  });

  test("of a create, and then of the next, is for a person", async () => {
    const cloud = createScripted(refusing(9));
    const intent = intentFor(cloud.time, preparedDerived);
    const create = () => failureOf(cloud.provider.createDeployment(requestFor(), intent, cloud.context()));
    expect(await create()).toBeInstanceOf(RetryableError);
    const error = await create();
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({ effect: "none" });
  });

  test("that the service takes no more is replaced in a running cloud", async () => {
    const cloud = createCloud();
    cloud.emulator.configure({ revokedTokensWorkMs: 0 });
    const made = await start(cloud);
    cloud.emulator.revokeTokens();
    cloud.time.advance(1_000);
    const seen = await cloud.provider.poll(made.request, made.started.handle, undefined, cloud.context());
    expect(seen.kind).toBe("in-progress");
  });
});

test("a secret that cannot be read says so and proves that nothing was sent", async () => {
  const cloud = createCloud({
    provider: {
      secret: async () => {
        throw new Error("vault: canary");
      },
    },
  });
  const error = await failureOf(cloud.provider.prepareDeployment(requestFor({ useConfig: "as-is" }), cloud.context()));
  expect(error).toBeInstanceOf(RetryableError);
  expect(error).toMatchObject({ code: "secret-unreadable", effect: "none" });
  expect(shown(error)).not.toContain("canary");
  expect(cloud.sent).toHaveLength(0);
  expect(error).not.toBeInstanceOf(PermanentError);
});
