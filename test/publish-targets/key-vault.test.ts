import { describe, expect, test } from "vitest";
import { PermanentError, RetryableError, UnauthorizedError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { noteIn } from "../../lib/publish-targets/key-vault/tags.ts";
import { type KeyVaultWorld, keyVaultConfiguration, objectId, openKeyVault, vaultName } from "./key-vault-world.ts";
import {
  assertNoCanary,
  type Between,
  callAt,
  contextAt,
  failureOf,
  noteOf,
  otherCanary,
  published,
  valueCanary,
} from "./world.ts";

const publish = ({ target, secret, time }: KeyVaultWorld, value = published) =>
  target.publish(secret, value, noteOf(), callAt(time));
const read = ({ target, secret, time }: KeyVaultWorld) => target.read(secret, contextAt(time));

/** A version as the vault would show it. */
const showing = (attributes: object, over: object = {}): Between => {
  const bundle = {
    value: "v",
    id: `https://${vaultName}.vault.azure.net/secrets/fleet-key/abc123`,
    attributes,
    ...over,
  };
  return async () => Response.json(bundle);
};
const problem = (status: number, code: string, inner: string, message = "Refused."): Between => {
  return async () => Response.json({ error: { code, message, innererror: { code: inner } } }, { status });
};

describe("a publication to Key Vault", () => {
  test("says in tags, for people too, where the version comes from", async () => {
    const world = await openKeyVault();
    await publish(world);
    const [version] = world.emulator.versions(vaultName, "fleet-key");
    expect(version).toMatchObject({
      value: valueCanary,
      contentType: "text/plain",
      enabled: true,
      tags: {
        "drover-operation": noteOf().operation,
        "drover-slot": "secondary",
        "drover-fingerprint": "sha256:9f86d081884c7d65",
        "drover-published-at": "2026-11-21T09:00:00.123Z",
        "drover-grace": "PT5400S",
      },
    });
  });

  test("goes to the vault's own URL, in the version of the configuration", async () => {
    const world = await openKeyVault({ configuration: { apiVersion: "2025-07-01" } });
    await publish(world);
    expect(world.wire.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `PUT https://${vaultName}.vault.azure.net/secrets/fleet-key?api-version=2025-07-01`,
    ]);
  });

  test("leaves the versions before as they are", async () => {
    const world = await openKeyVault();
    await publish(world);
    await publish(world, new Secret(otherCanary));
    const values = world.emulator.versions(vaultName, "fleet-key").map(({ value, enabled }) => [value, enabled]);
    expect(values).toEqual([
      [valueCanary, true],
      [otherCanary, true],
    ]);
  });

  test("tells the vault's request id", async () => {
    const world = await openKeyVault();
    world.wire.between(async (request, next) => {
      const answer = await next(request);
      return new Response(answer.body, { status: answer.status, headers: { "x-ms-request-id": "req-4711" } });
    });
    expect(await publish(world)).toMatchObject({ requestId: "req-4711" });
  });

  test("to a name that is soft-deleted is refused, with what to do", async () => {
    const world = await openKeyVault();
    await publish(world);
    const [token = ""] = world.tokens;
    const url = `https://${vaultName}.vault.azure.net/secrets/fleet-key?api-version=7.4`;
    await world.emulator.fetch(new Request(url, { method: "DELETE", headers: { authorization: `Bearer ${token}` } }));
    expect(await read(world)).toBeUndefined();
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "secret-soft-deleted", effect: "none", status: 409 });
    expect(error.message).toMatch(/ObjectIsDeletedButRecoverable .*: a deleted secret keeps its name, so recover it/);
  });

  test.each(["ObjectIsBeingDeleted", "ObjectIsBeingRecovered", "TwoAtOnce"])("waits while %s", async (inner) => {
    const world = await openKeyVault();
    world.wire.between(problem(409, "Conflict", inner));
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.effect).toBe("none");
  });

  test("knows a soft-deleted name by its words too", async () => {
    const world = await openKeyVault();
    world.wire.between(problem(409, "Conflict", "x", "Secret x is currently in a deleted but recoverable state."));
    expect(await failureOf(publish(world))).toMatchObject({ code: "secret-soft-deleted" });
  });

  test("without the right to is a matter of roles", async () => {
    const world = await openKeyVault({ access: [{ objectId, permissions: ["get"] }] });
    expect(await read(world)).toBeUndefined();
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toContain("give the identity of publish target cloud the role Key Vault Secrets Officer");
    expect(error.effect).toBe("none");
  });

  test("through a firewall that refuses is no matter of roles", async () => {
    const world = await openKeyVault();
    world.wire.between(problem(403, "Forbidden", "ForbiddenByFirewall"));
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toMatch(/: let this host through the vault's firewall/);
  });
});

describe("a token that Key Vault refuses", () => {
  test("is replaced once for a read", async () => {
    const world = await openKeyVault();
    await publish(world);
    world.emulator.entra.revokeTokens();
    expect((await read(world))?.value.reveal()).toBe(valueCanary);
    expect(world.tokens).toHaveLength(2);
    expect(world.wire.sent.map(({ method }) => method)).toEqual(["PUT", "GET", "GET"]);
  });

  test("is given up on when the new one is refused as well", async () => {
    const world = await openKeyVault();
    world.wire.between(problem(401, "Unauthorized", "x", "AKV10022: Invalid audience."));
    const error = await failureOf(read(world));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toContain("check url and credential of publish target cloud");
    expect(world.wire.sent).toHaveLength(2);
    assertNoCanary(error, world.tokens);
  });

  test("ends a publication, and the next one has a new token", async () => {
    const world = await openKeyVault();
    await read(world);
    world.emulator.entra.revokeTokens();
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: "token-refused", effect: "none", status: 401 });
    expect(world.wire.sent.map(({ method }) => method)).toEqual(["GET", "PUT"]);
    expect(world.tokens).toHaveLength(2);
    await publish(world);
    expect(world.emulator.versions(vaultName, "fleet-key")).toHaveLength(1);
    assertNoCanary(error, world.tokens);
  });

  test("asks for a person when the new one is refused for a publication too", async () => {
    const world = await openKeyVault();
    world.wire.between(problem(401, "Unauthorized", "x"));
    expect(await failureOf(publish(world))).toBeInstanceOf(RetryableError);
    expect(await failureOf(publish(world))).toBeInstanceOf(UnauthorizedError);
  });

  test("and later accepts counts from the beginning again", async () => {
    const world = await openKeyVault();
    const challenge = problem(401, "Unauthorized", "x");
    world.wire.between(challenge);
    expect(await failureOf(publish(world))).toBeInstanceOf(RetryableError);
    world.wire.between((request, next) => next(request));
    await publish(world);
    world.wire.between(challenge);
    expect(await failureOf(publish(world))).toBeInstanceOf(RetryableError);
  });

  test("stands in no other request than those to the vault", async () => {
    const world = await openKeyVault();
    await publish(world);
    const [token = "none"] = world.tokens;
    expect(world.wire.sent.map(({ headers }) => headers.get("authorization"))).toEqual([`Bearer ${token}`]);
  });
});

describe("a read of Key Vault", () => {
  test.each<[string, object, string]>([
    ["disabled", { enabled: false }, "secret-disabled"],
    ["expired", { enabled: true, exp: Date.parse("2026-11-21T09:00:00Z") / 1000 }, "secret-expired"],
    ["not yet valid", { enabled: true, nbf: Date.parse("2026-11-21T09:00:01Z") / 1000 }, "secret-not-yet-valid"],
  ])("refuses a version that is %s", async (_what, attributes, code) => {
    const world = await openKeyVault();
    world.wire.between(showing(attributes));
    const error = await failureOf(read(world));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code, effect: "none", provider: "key-vault" });
    expect(error.message).toContain("got abc123, which");
  });

  test("takes a version within its times", async () => {
    const world = await openKeyVault();
    const now = Date.parse("2026-11-21T09:00:00Z") / 1000;
    world.wire.between(showing({ enabled: true, created: 1_700_000_000, nbf: now, exp: now + 1 }, { tags: null }));
    const found = await read(world);
    expect(found).toMatchObject({ version: "abc123", publishedAt: 1_700_000_000_000 });
    expect(found).not.toHaveProperty("note");
  });

  test("takes a version within its times by the clock of the vault, while ours waits for one that was put back", async () => {
    const world = await openKeyVault();
    world.time.wallBehindMs = 7_200_000;
    const now = Date.parse("2026-11-21T07:00:00Z") / 1000;
    world.wire.between(showing({ enabled: true, created: 1_700_000_000, nbf: now, exp: now + 1 }, { tags: null }));
    expect(await read(world)).toMatchObject({ version: "abc123" });
  });

  test("knows the 403 of a disabled secret from a missing role", async () => {
    const world = await openKeyVault();
    await publish(world);
    const [version] = world.emulator.versions(vaultName, "fleet-key");
    const url = `https://${vaultName}.vault.azure.net/secrets/fleet-key/${version?.version}?api-version=7.4`;
    const body = JSON.stringify({ attributes: { enabled: false } });
    const headers = { authorization: `Bearer ${world.tokens[0]}`, "content-type": "application/json" };
    await world.emulator.fetch(new Request(url, { method: "PATCH", headers, body }));
    const error = await failureOf(read(world));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "secret-disabled", status: 403 });
    expect(error.message).toMatch(/: enable its newest version$/);
  });

  test("takes a 404 for absence only when the vault says that the secret is not there", async () => {
    const world = await openKeyVault();
    world.wire.between(async () => new Response("<html>no such page</html>", { status: 404 }));
    const error = await failureOf(read(world));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain("404 with an HTML page");
    world.wire.between(problem(404, "VaultNotFound", "x"));
    expect(await failureOf(read(world))).toBeInstanceOf(PermanentError);
  });

  test("quotes neither the value nor its neighbours when the answer has another shape", async () => {
    const world = await openKeyVault();
    world.wire.between(showing({ enabled: "yes" }, { value: valueCanary, tags: { note: valueCanary } }));
    const error = await failureOf(read(world));
    expect(error).toMatchObject({ code: "unreadable-answer-unexpected-shape" });
    assertNoCanary(error, []);
  });
});

describe("tags of a version", () => {
  test.each<[Record<string, string> | undefined | null, object | undefined]>([
    [undefined, undefined],
    [null, undefined],
    [{}, undefined],
    [{ owner: "somebody" }, undefined],
    [{ "drover-slot": "tertiary", "drover-grace": "soon", "drover-published-at": "yesterday" }, undefined],
    [{ "drover-slot": "primary", "drover-grace": "soon" }, { slot: "primary" }],
    [
      { "drover-operation": "op", "drover-grace": "PT1H" },
      { operation: "op", graceMs: 3_600_000 },
    ],
  ])("%j say %j", (tags, note) => {
    expect(noteIn(tags)).toEqual(note);
  });
});

describe("the login for Key Vault", () => {
  test.each([
    ["https://a.vault.azure.net", undefined, "https://vault.azure.net/.default"],
    ["https://a.vault.azure.cn", undefined, "https://vault.azure.cn/.default"],
    ["https://a.vault.usgovcloudapi.net", undefined, "https://vault.usgovcloudapi.net/.default"],
    ["https://vault.example", undefined, "https://vault.azure.net/.default"],
    ["https://a.vault.azure.net", "https://other.example/.default", "https://other.example/.default"],
  ])("of %s with scope %s asks for %s", async (url, scope, expected) => {
    const forms: string[] = [];
    const credential = { ...keyVaultConfiguration.credential, ...(scope === undefined ? {} : { scope }) };
    const world = await openKeyVault({
      configuration: { url, credential },
      parts: {
        fetch: async (request) => {
          forms.push(await request.text());
          return Response.json({ access_token: "t", expires_in: 3600 });
        },
      },
    });
    await world.target.check(contextAt(world.time));
    expect(new URLSearchParams(forms[0]).get("scope")).toBe(expected);
  });

  test("that fails is what the check says, and all it says", async () => {
    const world = await openKeyVault({ parts: { secret: async () => new Secret("wrong-canary-secret") } });
    const checks = await world.target.check(contextAt(world.time));
    expect(checks).toEqual([{ what: "login", ok: false, detail: expect.stringContaining("AADSTS7000215") }]);
    assertNoCanary(checks, ["wrong-canary-secret"]);
    expect(world.wire.sent).toEqual([]);
  });

  test("and each pattern's right to read are checked", async () => {
    const world = await openKeyVault();
    expect(await world.target.check(contextAt(world.time))).toEqual([
      { what: "login", ok: true, detail: "Got a token for https://vault.azure.net/.default" },
      { what: "secret fleet-*", ok: true, detail: "Reading is allowed" },
      { what: "secret exact", ok: true, detail: "Not there yet: the first publication makes it" },
    ]);
    expect(world.wire.sent.map(({ url }) => new URL(url).pathname)).toEqual([
      "/secrets/fleet-drover-check",
      "/secrets/exact",
    ]);
  });

  test("uses a managed identity where the platform names one", async () => {
    const headers: (string | null)[] = [];
    const world = await openKeyVault({
      configuration: { credential: { kind: "managed-identity" } },
      parts: {
        identityEndpoint: { url: "http://127.0.0.1:41741/msi/token", header: new Secret("identity-header-canary") },
        fetch: async (request) => {
          headers.push(request.headers.get("x-identity-header"));
          return Response.json({ access_token: "t", expires_in: 3600 });
        },
      },
    });
    await world.target.check(contextAt(world.time));
    expect(headers[0]).toBe("identity-header-canary");
    expect(headers.slice(1).every((header) => header === null)).toBe(true);
  });
});

test("a vault behind a path on loopback keeps the path", async () => {
  const seen: string[] = [];
  const world = await openKeyVault({
    configuration: { url: "http://127.0.0.1:9/fleet-keys.vault.azure.net/" },
    parts: {
      fetch: async ({ url }) => {
        seen.push(url);
        return Response.json({ access_token: "t", expires_in: 3600 });
      },
    },
  });
  await failureOf(read(world));
  expect(seen.at(-1)).toBe("http://127.0.0.1:9/fleet-keys.vault.azure.net/secrets/fleet-key?api-version=7.4");
});
