import { describe, expect, it } from "vitest";
import { type Ask, Harness, ids, type ProblemWire, SCOPE, START_MS, secrets } from "./harness.ts";

const resource = SCOPE.replace("/.default", "");
const imds = (query: string): string => `/metadata/identity/oauth2/token?${query}`;
const msi = (query: string): string => `/msi/token?${query}`;

describe("the API's door", () => {
  it("answers 401 with an empty body without a bearer, with an unknown and with a revoked token", async () => {
    const harness = new Harness();
    const refused = async (ask: Ask): Promise<void> => {
      const reply = await harness.tenant("/images", ask);
      expect(reply).toMatchObject({ status: 401, text: "" });
      expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer/);
    };
    await refused({ token: null });
    await refused({ token: null, headers: { authorization: "Basic dXNlcg==" } });
    await refused({ token: "made-up" });
    const token = await harness.token();
    expect((await harness.tenant("/images", { token })).status).toBe(200);
    harness.emulator.revokeTokens();
    await refused({ token });
  });

  it("answers 401 from the moment a token expires", async () => {
    const harness = new Harness();
    const token = await harness.token();
    harness.tick(3_599_000 - 1);
    expect((await harness.tenant("/images", { token })).status).toBe(200);
    harness.tick(1);
    expect((await harness.tenant("/images", { token })).status).toBe(401);
  });

  it("answers 401 for a token of another scope", async () => {
    const harness = new Harness();
    const token = await harness.token(ids.client, secrets.client, "https://management.azure.com/.default");
    expect((await harness.tenant("/images", { token })).status).toBe(401);
  });

  it("answers 403 without a role, and to a reader that writes", async () => {
    const harness = new Harness();
    const stranger = await harness.token(ids.stranger, secrets.stranger);
    const refused = await harness.tenant<ProblemWire[]>("/images", { token: stranger });
    expect(refused.status).toBe(403);
    expect(refused.body[0]).toMatchObject({ Status: 403, ErrorCode: "Forbidden" });
    const reader = await harness.token(ids.reader, secrets.reader);
    expect((await harness.tenant("/images", { token: reader })).status).toBe(200);
    expect((await harness.create([ids.app], ids.group, { token: reader })).status).toBe(403);
    expect((await harness.ask(`/v2/tenants/${ids.otherTenant}/images`)).status).toBe(403);
  });

  it("lets the settings say which roles may write and the seed grant them", async () => {
    const harness = new Harness();
    harness.emulator.configure({ writeRoles: ["Administrator"] });
    expect((await harness.create()).status).toBe(403);
    harness.emulator.seed.role({ tenantId: ids.tenant, objectId: ids.clientObject, roleNames: ["Administrator"] });
    expect((await harness.create()).status).toBe(202);
    harness.emulator.seed.role({ tenantId: ids.tenant, objectId: ids.clientObject, roleNames: [] });
    expect((await harness.create()).status).toBe(403);
  });
});

describe("Entra's token endpoint", () => {
  it("issues a bearer token with its lifetime", async () => {
    const harness = new Harness();
    const form = { client_id: ids.client, client_secret: secrets.client, scope: SCOPE };
    const { status, body } = await harness.askToken(form);
    expect(status).toBe(200);
    expect(body).toEqual({
      token_type: "Bearer",
      expires_in: 3_599,
      ext_expires_in: 3_599,
      access_token: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each([
    ["a wrong secret", { client_secret: "wrong" }, 401, "invalid_client", 7000215],
    ["an unauthorized scope", { scope: "https://vault.azure.net/.default" }, 400, "invalid_scope", 70011],
    ["a scope without .default", { scope: resource }, 400, "invalid_scope", 70011],
    ["an unknown client", { client_id: ids.nobody }, 400, "unauthorized_client", 700016],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type", 70003],
    ["no scope", { scope: "" }, 400, "invalid_request", 900144],
    ["no secret", { client_secret: "" }, 401, "invalid_client", 7000218],
    ["a managed identity", { client_id: ids.identity, client_secret: "id" }, 400, "unauthorized_client", 700016],
  ])("refuses %s in Entra's shape", async (_what, change, status, error, code) => {
    const form = { client_id: ids.client, client_secret: secrets.client, scope: SCOPE, ...change };
    const reply = await new Harness().askToken(form);
    expect(reply.status).toBe(status);
    expect(reply.body).toEqual({
      error,
      error_description: expect.stringContaining(`AADSTS${code}: `),
      error_codes: [code],
      timestamp: "2026-11-21 04:00:00Z",
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    });
    expect(reply.text).not.toContain(secrets.client);
  });

  it("refuses an unknown directory and a body that is no form", async () => {
    const harness = new Harness();
    const form = { client_id: ids.client, client_secret: secrets.client, scope: SCOPE };
    expect((await harness.askToken(form, ids.nobody)).body).toMatchObject({ error_codes: [90002] });
    const path = `/${ids.directory}/oauth2/v2.0/token`;
    const json = await harness.ask(path, { method: "POST", body: form, token: null });
    expect(json).toMatchObject({ status: 400, body: { error: "invalid_request" } });
  });

  it("takes a rotated secret in place of the old one", async () => {
    const harness = new Harness();
    const client = { directoryId: ids.directory, clientId: ids.client, objectId: ids.clientObject };
    harness.emulator.seed.client({ ...client, secret: "rotated" });
    const form = { client_id: ids.client, scope: SCOPE };
    expect((await harness.askToken({ ...form, client_secret: secrets.client })).status).toBe(401);
    expect((await harness.askToken({ ...form, client_secret: "rotated" })).status).toBe(200);
  });
});

describe("managed identity", () => {
  const query = `api-version=2018-02-01&resource=${encodeURIComponent(resource)}`;
  const appQuery = query.replace("2018-02-01", "2019-08-01");

  it("issues a token from the metadata service that the API accepts", async () => {
    const harness = new Harness();
    const reply = await harness.ask<Record<string, string>>(imds(query), {
      token: null,
      headers: { Metadata: "true" },
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      access_token: expect.any(String),
      client_id: ids.identity,
      expires_in: "3599",
      expires_on: String(START_MS / 1_000 + 3_599),
      ext_expires_in: "3599",
      not_before: String(START_MS / 1_000),
      resource,
      token_type: "Bearer",
    });
    const token = reply.body["access_token"] ?? "";
    expect((await harness.create([ids.app], ids.group, { token })).status).toBe(202);
  });

  it.each([
    ["no Metadata header", query, {}, "invalid_request"],
    ["a forwarded request", query, { Metadata: "true", "X-Forwarded-For": "10.0.0.1" }, "bad_request_102"],
    ["no api-version", query.slice(23), { Metadata: "true" }, "invalid_request"],
    ["no resource", "api-version=2018-02-01", { Metadata: "true" }, "invalid_request"],
    ["another resource", "api-version=2018-02-01&resource=https://x.example", { Metadata: "true" }, "invalid_resource"],
    ["an unknown identity", `${query}&client_id=${ids.nobody}`, { Metadata: "true" }, "invalid_request"],
  ])("refuses %s at the metadata service", async (_what, search, headers, error) => {
    const reply = await new Harness().ask(imds(search), { token: null, headers });
    expect(reply).toMatchObject({ status: 400, body: { error } });
  });

  it("issues a token in the App Service form", async () => {
    const harness = new Harness();
    const headers = { "X-IDENTITY-HEADER": secrets.identity };
    const reply = await harness.ask<Record<string, string>>(msi(appQuery), { token: null, headers });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      access_token: expect.any(String),
      client_id: ids.identity,
      expires_on: String(START_MS / 1_000 + 3_599),
      resource,
      token_type: "Bearer",
    });
    expect((await harness.tenant("/images", { token: reply.body["access_token"] ?? "" })).status).toBe(200);
  });

  it("refuses the App Service form without the identity header or with another version", async () => {
    const harness = new Harness();
    const ask = (search: string, header: string) =>
      harness.ask(msi(search), { token: null, headers: { "X-IDENTITY-HEADER": header } });
    expect((await harness.ask(msi(appQuery), { token: null })).status).toBe(401);
    expect((await ask(appQuery, "wrong")).status).toBe(401);
    expect((await ask(query, secrets.identity)).status).toBe(400);
  });

  it("chooses among identities by client id", async () => {
    const harness = new Harness();
    const second = { clientId: ids.nobody, objectId: ids.nobody, directoryId: ids.directory, identityHeader: "second" };
    harness.emulator.seed.managedIdentity(second);
    const headers = { Metadata: "true" };
    const named = await harness.ask(imds(`${query}&client_id=${ids.nobody}`), { token: null, headers });
    expect(named.body).toMatchObject({ client_id: ids.nobody });
    const first = await harness.ask(imds(query), { token: null, headers });
    expect(first.body).toMatchObject({ client_id: ids.identity });
  });
});
