import { describe, expect, it } from "vitest";
import { Bench, ids, ORIGIN, passwordLogin, START_MS } from "./harness.ts";

interface Access {
  access: {
    token: { id: string; expires: string; tenant: { id: string } };
    serviceCatalog: { type: string; endpoints: { region: string; publicURL: string }[] }[];
  };
  unauthorized: { code: number; message: string };
}

const ours = { project: { id: ids.project } };
const list = `/v1/${ids.project}/software_deployments`;

describe("the Keystone login", () => {
  it("scopes by project id, and by project name and domain", async () => {
    const bench = new Bench();
    const byName = { project: { name: "theirs", domain: { name: "Elsewhere" } } };
    expect((await bench.keystone(passwordLogin("member", ours))).body.token.project?.id).toBe(ids.project);
    expect((await bench.keystone(passwordLogin("stranger", byName))).body.token.project?.id).toBe(ids.otherProject);
    const elsewhere = { project: { name: "theirs", domain: { name: "Default" } } };
    expect((await bench.keystone(passwordLogin("stranger", elsewhere))).status).toBe(401);
  });

  it("takes a user by id, and by name and domain", async () => {
    const bench = new Bench();
    const login = (user: object) =>
      bench.keystone({ identity: { methods: ["password"], password: { user } }, scope: ours });
    expect((await login({ id: "b1", password: "member-password" })).status).toBe(201);
    const named = { name: "member", password: "member-password" };
    expect((await login({ ...named, domain: { name: "Default" } })).status).toBe(201);
    expect((await login({ ...named, domain: { name: "Elsewhere" } })).status).toBe(401);
    expect((await login(named)).status).toBe(401);
  });

  it("points its catalogue to where the login went, or to the public URL", async () => {
    const bench = new Bench();
    const urls = async () => {
      const { catalog = [] } = (await bench.keystone(passwordLogin("member", ours))).body.token;
      return catalog.map(({ type, endpoints }) => {
        const [open] = endpoints.filter((endpoint) => endpoint.interface === "public");
        return `${type} ${open?.region_id} ${open?.url}`;
      });
    };
    expect(await urls()).toEqual([
      `identity RegionOne ${ORIGIN}/v3`,
      `orchestration RegionOne ${ORIGIN}/v1/${ids.project}`,
      `object-store RegionOne ${ORIGIN}/v1/AUTH_${ids.project}`,
    ]);
    bench.emulator.configure({ publicUrl: "https://elsewhere.test", region: "Two", swift: false });
    expect(await urls()).toEqual([
      "identity Two https://elsewhere.test/v3",
      `orchestration Two https://elsewhere.test/v1/${ids.project}`,
    ]);
  });

  it("gives an application credential its project, and refuses a scope or a wrong secret", async () => {
    const bench = new Bench();
    const login = (credential: object, extra: object = {}) =>
      bench.keystone({
        identity: { methods: ["application_credential"], application_credential: credential },
        ...extra,
      });
    expect((await login({ id: "cred", secret: "s3" })).body.token.project?.id).toBe(ids.project);
    const owner = { name: "member", domain: { id: "default" } };
    expect((await login({ name: "ci", user: owner, secret: "s3" })).status).toBe(201);
    expect((await login({ id: "cred", secret: "no" })).status).toBe(401);
    expect((await login({ id: "none", secret: "s3" })).status).toBe(401);
    expect((await login({ id: "cred", secret: "s3" }, { scope: ours })).body.error.message).toContain(
      "cannot request a scope",
    );
  });

  it("answers 400 to what is no login", async () => {
    const bench = new Bench();
    expect((await bench.send("POST", "/v3/auth/tokens", "{", null)).status).toBe(400);
    expect((await bench.send("POST", "/v3/auth/tokens", {}, null)).status).toBe(400);
    expect((await bench.send("GET", "/v3/nothing", undefined, null)).status).toBe(404);
  });
});

describe("a token", () => {
  it("ends when it says", async () => {
    const bench = new Bench();
    bench.emulator.configure({ tokenLifetimeSeconds: 60 });
    const { headers, body } = await bench.keystone(passwordLogin("member", ours));
    const token = headers.get("x-subject-token");
    expect(Date.parse(body.token.expires_at)).toBe(START_MS + 60_000);
    expect((await bench.pass(59_999).send("GET", list, undefined, token)).status).toBe(200);
    expect((await bench.pass(1).send("GET", list, undefined, token)).status).toBe(401);
  });

  it("that was revoked works for a while if it was used before, and not at all otherwise", async () => {
    const bench = new Bench();
    const used = await bench.logIn("member");
    const unused = await bench.logIn("member");
    await bench.send("GET", list, undefined, used);
    bench.emulator.revokeTokens();
    expect((await bench.send("GET", list, undefined, unused)).status).toBe(401);
    expect((await bench.pass(299_999).send("GET", list, undefined, used)).status).toBe(200);
    expect((await bench.pass(1).send("GET", list, undefined, used)).status).toBe(401);
  });

  it("that was revoked is refused at once with a cache of no time", async () => {
    const bench = new Bench();
    bench.emulator.configure({ revokedTokensWorkMs: 0 });
    await bench.list();
    bench.emulator.revokeTokens();
    expect((await bench.send("GET", list)).status).toBe(401);
  });

  it("is 503 while the login service is down, unless it was seen before", async () => {
    const bench = new Bench();
    const [seen, fresh] = [await bench.logIn("member"), await bench.logIn("member")];
    await bench.send("GET", list, undefined, seen);
    bench.emulator.configure({ keystone: "down" });
    expect((await bench.send("GET", list, undefined, seen)).status).toBe(200);
    expect((await bench.send("GET", list, undefined, fresh)).status).toBe(503);
    expect((await bench.keystone(passwordLogin("member", ours))).status).toBe(503);
  });

  it("and a signature stay out of the request log", async () => {
    const bench = new Bench();
    const token = await bench.token();
    await bench.list();
    await bench.send("PUT", `/v1/AUTH_${ids.project}/signals/x?temp_url_sig=abcdef&temp_url_expires=1`, "x", null);
    const log = bench.emulator.requests();
    expect(JSON.stringify(log)).not.toContain(token);
    expect(JSON.stringify(log)).not.toContain("abcdef");
    expect(log.at(-2)).toMatchObject({ method: "GET", path: list, authorization: "***", status: 200, fault: null });
    bench.emulator.clearRequests();
    expect(bench.emulator.requests()).toEqual([]);
  });
});

describe("the Rackspace login", () => {
  const login = (bench: Bench, auth: object, path = "/identity/v2.0/tokens") =>
    bench.send<Access>("POST", path, { auth }, null);
  const byKey = (apiKey = "member-key") => ({ "RAX-KSKEY:apiKeyCredentials": { username: "member", apiKey } });

  function rackspace(): Bench {
    const bench = new Bench();
    bench.emulator.configure({ flavour: "rackspace" });
    return bench;
  }

  it("takes an API key and a password, on both paths, and gives the token in the body", async () => {
    const bench = rackspace();
    const { status, body, text } = await login(bench, byKey());
    expect(status).toBe(200);
    expect(body.access.token).toMatchObject({ expires: "2026-11-22T04:00:00.000Z", tenant: { id: ids.project } });
    expect(text).not.toContain('": ');
    const orchestration = body.access.serviceCatalog.find(({ type }) => type === "orchestration");
    expect(orchestration?.endpoints).toEqual([
      { tenantId: ids.project, publicURL: `${ORIGIN}/v1/${ids.project}`, region: "DFW" },
    ]);
    expect((await bench.send("GET", list, undefined, body.access.token.id)).status).toBe(200);
    const byPassword = { passwordCredentials: { username: "member", password: "member-password" } };
    expect((await login(bench, byPassword, "/v2.0/tokens")).status).toBe(200);
  });

  it("gives the same token again until its last hour", async () => {
    const bench = rackspace();
    const tokenNow = async () => (await login(bench, byKey())).body.access.token.id;
    const first = await tokenNow();
    expect(await bench.pass(23 * 3_600_000 - 1).emulator.state.nextChangeMs()).toBeNull();
    expect(await tokenNow()).toBe(first);
    bench.pass(1);
    expect(await tokenNow()).not.toBe(first);
    expect((await bench.send("GET", list, undefined, first)).status).toBe(200);
  });

  it("refuses in shapes of its own", async () => {
    const bench = rackspace();
    const refused = await login(bench, byKey("wrong"));
    expect([refused.status, refused.body.unauthorized.code]).toEqual([401, 401]);
    expect((await login(bench, { passwordCredentials: { username: "member", password: "no" } })).status).toBe(401);
    expect((await login(bench, {})).status).toBe(400);
  });

  it("exists at no other cloud", async () => {
    expect((await login(new Bench(), byKey())).status).toBe(404);
  });
});
