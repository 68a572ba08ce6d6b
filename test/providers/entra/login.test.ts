import { describe, expect, test } from "vitest";
import { createAzureSphereEmulator } from "../../../emulators/azure-sphere/index.ts";
import type { EntraCredential } from "../../../lib/contracts/configuration.ts";
import { ConfigurationError, NotFoundError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import type { LoginOptions } from "../../../lib/providers/entra/login.ts";
import { createEntraTokens } from "../../../lib/providers/entra/tokens.ts";
import { clientId, clientSecret, directoryId, scenario } from "../azure-sphere/support.ts";
import { failureOf, ManualTime, shown, signal } from "../support.ts";

const scope = "https://firstparty.sphere.azure.net/api/.default";
const identityClientId = "1de27170-0000-4000-8000-000000000001";
const identityHeader = "canary-identity-header";
const byClientSecret: EntraCredential = { kind: "client-secret", directoryId, clientId, secret: "env:SECRET" };

function login(credential: EntraCredential, over: Partial<LoginOptions> = {}) {
  const time = new ManualTime();
  const emulator = createAzureSphereEmulator({
    now: time.now,
    scenario: {
      ...scenario,
      managedIdentities: [
        { directoryId, clientId: identityClientId, objectId: "1de27170-0000-4000-8000-000000000002", identityHeader },
      ],
    },
  });
  const sent: Request[] = [];
  const tokens = createEntraTokens(credential, scope, {
    fetch: (request) => {
      sent.push(request.clone());
      return emulator.fetch(request);
    },
    clock: time,
    startTimer: time.startTimer,
    secret: async () => new Secret(clientSecret),
    ...over,
  });
  return { time, emulator, sent, tokens, get: () => tokens.get(signal) };
}

const answering = (make: () => Response) => ({ fetch: async () => make() });
const json = (status: number, body: unknown, headers = {}) => new Response(JSON.stringify(body), { status, headers });

describe("a client secret", () => {
  test("is exchanged for a token by one form", async () => {
    const { get, sent, emulator } = login(byClientSecret);
    expect(await get()).toBeInstanceOf(Secret);
    const [request] = sent;
    expect(request?.url).toBe(`https://login.microsoftonline.com/${directoryId}/oauth2/v2.0/token`);
    expect(Object.fromEntries(new URLSearchParams(await request?.text()))).toEqual({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    });
    expect(emulator.requests()).toHaveLength(1);
  });

  test("is read anew for each login", async () => {
    let reads = 0;
    const { get, time } = login(byClientSecret, {
      secret: async (reference) => {
        reads += 1;
        expect(reference).toBe("env:SECRET");
        return new Secret(clientSecret);
      },
    });
    await get();
    await get();
    expect(reads).toBe(1);
    time.advance(3_600_000);
    await get();
    expect(reads).toBe(2);
  });

  test("goes to the authority of the connection, with its scope", async () => {
    const authority = "https://login.microsoftonline.us/";
    const { get, sent } = login({ ...byClientSecret, authority, scope: "https://graph.microsoft.com/.default" });
    await get();
    expect(sent[0]?.url).toBe(`https://login.microsoftonline.us/${directoryId}/oauth2/v2.0/token`);
    expect(await sent[0]?.text()).toContain("graph.microsoft.com");
  });

  test("that is wrong is named by code, with advice, and never shown", async () => {
    const { get } = login(byClientSecret, { secret: async () => new Secret("canary-wrong-secret") });
    const error = await failureOf(get());
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({
      code: "invalid-client",
      status: 401,
      effect: "none",
      provider: "entra",
      requestId: expect.any(String),
    });
    expect(error).toMatchObject({
      message: expect.stringContaining("401 invalid_client (AADSTS7000215): put the client secret's value"),
    });
    expect(shown(error)).not.toContain("canary");
  });

  test("that cannot be read leaves no effect, and quotes no foreign message", async () => {
    const foreign = login(byClientSecret, { secret: () => Promise.reject(new Error("canary in the vault")) });
    const error = await failureOf(foreign.get());
    expect(error).toMatchObject({ name: "RetryableError", effect: "none", code: "secret-unreadable" });
    expect(shown(error)).not.toContain("canary");
    const missing = new NotFoundError("Nothing is stored under vault:x");
    expect(await failureOf(login(byClientSecret, { secret: () => Promise.reject(missing) }).get())).toBe(missing);
    const busy = new RetryableError("The vault is busy");
    expect(await failureOf(login(byClientSecret, { secret: () => Promise.reject(busy) }).get())).toMatchObject({
      effect: "none",
      message: expect.stringContaining("The vault is busy"),
    });
  });
});

describe("Entra's answers", () => {
  test.each([
    [400, "invalid_request", "AADSTS90002", UnauthorizedError, "Entra directory and not the Sphere tenant"],
    [400, "unauthorized_client", "AADSTS700016", UnauthorizedError, "check clientId"],
    [400, "invalid_scope", "AADSTS70011", UnauthorizedError, "scope"],
    [400, "invalid_resource", "AADSTS500011", UnauthorizedError, "service principal"],
    [401, "invalid_client", "AADSTS7000222", UnauthorizedError, "expired"],
    [400, "interaction_required", "AADSTS53003", UnauthorizedError, "conditional access"],
    [400, "temporarily_unavailable", "AADSTS90033", RetryableError, "temporarily_unavailable"],
    [400, "odd_error", "AADSTS1", UnauthorizedError, "400 odd_error"],
    [429, "slow_down", "AADSTS1", RetryableError, "429"],
    [500, "server_error", "AADSTS90015", RetryableError, "500"],
    [503, "temporarily_unavailable", "AADSTS90033", RetryableError, "503"],
  ] as const)("%i %s %s", async (status, error, code, errorClass, text) => {
    const body = { error, error_description: `${code}: canary says so. Trace ID: x` };
    const { get } = login(
      byClientSecret,
      answering(() => json(status, body, { "retry-after": "11" })),
    );
    const failure = await failureOf(get());
    expect(failure).toBeInstanceOf(errorClass);
    expect(failure).toMatchObject({ effect: "none", status, message: expect.stringContaining(text) });
    expect(shown(failure)).not.toMatch(/canary/);
    if (status === 429) expect(failure).toMatchObject({ retryAfterMs: 11_000 });
  });

  test.each([
    ["HTML", () => new Response("<html>canary", { status: 403 })],
    ["an echo of the form", () => new Response(`client_secret=${clientSecret}`, { status: 400 })],
    ["an encoded echo", () => json(400, { error: clientSecret, error_description: encodeURIComponent(clientSecret) })],
    ["free text as a code", () => json(400, { error: "Canary canary, says the canary" })],
    ["nothing", () => new Response(null, { status: 401 })],
  ])("that are %s are refusals without text", async (_name, make) => {
    const error = await failureOf(login(byClientSecret, answering(make)).get());
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(shown(error)).not.toMatch(/canary/i);
  });

  test.each([
    ["no token", { token_type: "Bearer" }],
    ["an empty token", { access_token: "" }],
    ["a token that no header can carry", { access_token: "canary\r\nx-evil: 1" }],
    ["a token that is no text", { access_token: 4711 }],
    ["a list", []],
  ])("with %s are not understood", async (_name, body) => {
    const error = await failureOf(
      login(
        byClientSecret,
        answering(() => json(200, body)),
      ).get(),
    );
    expect(error).toMatchObject({ name: "RetryableError", effect: "none", status: 200 });
    expect(shown(error)).not.toContain("canary");
  });

  test("that name their end are believed by the clock that both have", async () => {
    let logins = 0;
    const expires_on = String(Date.parse("2026-11-21T08:00:00Z") / 1000);
    const { get, time } = login(
      byClientSecret,
      answering(() => json(200, { access_token: `t${++logins}`, expires_on })),
    );
    time.wallBehindMs = 2 * 3_600_000;
    await get();
    time.advance(3_000_000);
    await get();
    expect(logins).toBe(1);
  });

  test.each([
    [{ expires_in: 3_599 }, 3_299],
    [{ expires_in: "3599" }, 3_299],
    [{ expires_on: String(Date.parse("2026-11-21T10:00:00Z") / 1000) }, 3_300],
    [{ expires_in: 1e12 }, 86_100],
    [{}, 150],
    [{ expires_in: "soon" }, 150],
  ])("that say %j are believed for as long", async (expiry, keptSeconds) => {
    let logins = 0;
    const make = () => json(200, { access_token: `t${++logins}`, ...expiry });
    const { get, time } = login(byClientSecret, answering(make));
    await get();
    time.advance(keptSeconds * 1_000 - 1);
    await get();
    expect(logins).toBe(1);
    time.advance(1);
    await get();
    expect(logins).toBe(2);
  });

  test("that redirect are not followed", async () => {
    const make = () => new Response(null, { status: 302, headers: { location: "https://evil.example/?x=canary" } });
    const error = await failureOf(login(byClientSecret, answering(make)).get());
    expect(error).toMatchObject({ code: "redirect-refused", effect: "none" });
  });
});

test("Entra's code is not taken over when it is the secret itself", async () => {
  const secret = async () => new Secret("lower_case_canary");
  const { get } = login(byClientSecret, { secret, ...answering(() => json(400, { error: "lower_case_canary" })) });
  expect(shown(await failureOf(get()))).not.toContain("canary");
});

describe("a managed identity", () => {
  test("of a machine asks the metadata service, and nobody else", async () => {
    const { get, sent } = login({ kind: "managed-identity" });
    expect(await get()).toBeInstanceOf(Secret);
    expect(sent.map(({ url }) => url)).toEqual([
      "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Ffirstparty.sphere.azure.net%2Fapi",
    ]);
    expect(sent[0]?.headers.get("metadata")).toBe("true");
  });

  test("that is user-assigned is named", async () => {
    const { get, sent } = login({ kind: "managed-identity", clientId: identityClientId });
    await get();
    expect(sent[0]?.url).toContain(`&client_id=${identityClientId}`);
  });

  test("of a function asks the endpoint that its host names", async () => {
    const identityEndpoint = { url: "http://169.254.129.3:8081/msi/token", header: new Secret(identityHeader) };
    const { get, sent } = login({ kind: "managed-identity" }, { identityEndpoint });
    expect(await get()).toBeInstanceOf(Secret);
    expect(sent[0]?.url).toBe(
      "http://169.254.129.3:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Ffirstparty.sphere.azure.net%2Fapi",
    );
    expect(sent[0]?.headers.get("x-identity-header")).toBe(identityHeader);
  });

  test.each(["http://evil.example/msi/token", "http://169.254.1.1.evil.example/", "ftp://localhost/", "msi"])(
    "never sends its header to %s",
    async (url) => {
      const { get, sent } = login(
        { kind: "managed-identity" },
        { identityEndpoint: { url, header: new Secret(identityHeader) } },
      );
      const error = await failureOf(get());
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(shown(error)).not.toContain("canary");
      expect(sent).toEqual([]);
    },
  );

  test("that does not exist asks for a person", async () => {
    const { get } = login({ kind: "managed-identity", clientId });
    expect(await failureOf(get())).toBeInstanceOf(UnauthorizedError);
  });

  test.each([404, 410, 429, 500, 503])("is asked for again after %i", async (status) => {
    const { get } = login(
      { kind: "managed-identity" },
      answering(() => json(status, { error: "x" }, { "retry-after": "2" })),
    );
    expect(await failureOf(get())).toMatchObject({ name: "RetryableError", effect: "none", retryAfterMs: 2_000 });
  });
});
