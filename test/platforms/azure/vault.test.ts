import { randomBytes } from "node:crypto";
import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { SecretClient } from "@azure/keyvault-secrets";
import { describe, expect, test } from "vitest";
import { createKeyVaultEmulator } from "../../../emulators/key-vault/index.ts";
import { createStorageBlobsEmulator } from "../../../emulators/storage-blobs/index.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { azureBlobs } from "../../../lib/platforms/azure/blobs.ts";
import { azureTokens } from "../../../lib/platforms/azure/tokens.ts";
import { blobTurns } from "../../../lib/platforms/azure/turns.ts";
import { azureVault } from "../../../lib/platforms/azure/vault.ts";
import { nameIn, vaultName } from "../../../lib/platforms/azure/vault-names.ts";
import { describeVault } from "../../contracts/vault.ts";
import type { ProxiedRequest } from "../aws/fault-proxy.ts";
import { ManualTime } from "../local/manual-time.ts";
import { account, behindProxy, noTokens, settingsFor } from "./accounts.ts";
import { lostAfter, lostBefore } from "./faults.ts";
import { identityHeader } from "./identity.ts";
import { impatience, shownBy, thrownBy } from "./patience.ts";

const host = "drover-test.vault.azure.net";
const prefix = "drover-vault-";
const identity = {
  directoryId: "d14ec701-0000-4000-8000-000000000001",
  clientId: "c11e0000-0000-4000-8000-000000000001",
  objectId: "0b1ec700-0000-4000-8000-000000000001",
};

/** As the vault says it. */
function refusedByVault(status: number, code: string, inner?: string) {
  const error = {
    code,
    message: "content-of-a-message",
    ...(inner === undefined ? {} : { innererror: { code: inner } }),
  };
  return {
    kind: "answer",
    status,
    body: JSON.stringify({ error }),
    headers: { "content-type": "application/json" },
  } as const;
}

async function opened(options: { readonly requestTimeoutMs?: number } = {}) {
  const clock = new ManualTime();
  const emulator = createKeyVaultEmulator({ now: () => clock.now(), scenario: { vaults: [{ name: "drover-test" }] } });
  emulator.entra.managedIdentity({ ...identity, identityHeader });
  const proxy = await behindProxy((request) => emulator.fetch(request));
  const blobStore = createStorageBlobsEmulator({ now: () => clock.now(), account });
  blobStore.seedContainer("handoffs");
  const blobServer = await behindProxy((request) => blobStore.fetch(request));
  const persistence = impatience();
  /** Waiting is what lets others go on. */
  const pause = async (ms: number) => {
    persistence.pauses.push(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const patience = { ...persistence, pause };
  const monotonicMs = () => clock.now();
  const open = () => {
    const blobs = azureBlobs({
      settings: settingsFor({ blobs: blobServer.url }),
      tokens: noTokens,
      clock,
      container: "handoffs",
    });
    return azureVault({
      settings: options,
      tokens: azureTokens(
        {
          kind: "managed-identity",
          clientId: identity.clientId,
          endpoint: { url: `${proxy.origin}/msi/token`, header: new Secret(identityHeader) },
        },
        { clock },
      ),
      vaultUrl: `${proxy.url}/${host}`,
      prefix,
      oneAtATime: blobTurns({ blobs, monotonicMs, persistence: patience }),
      monotonicMs,
      persistence: patience,
    });
  };
  return {
    vault: open(),
    reopen: async () => open(),
    emulator,
    proxy,
    blobServer,
    blobStore,
    clock,
    pauses: persistence.pauses,
    kinds: () => emulator.effects().map(({ kind }) => kind),
  };
}

describeVault("azure (Key Vault)", () => opened());

describe("names in Key Vault", () => {
  test("are themselves when they are small letters, digits and single dashes, and never meet", () => {
    expect(vaultName(prefix, "drover-staged-abc234-primary")).toBe("drover-vault-drover-staged-abc234-primary");
    const names = [
      "a",
      "A",
      "a.b",
      "a_b",
      "a-b",
      "a--b",
      "a--2d",
      "a---b",
      "a-.b",
      "a--41",
      "aB",
      "AB",
      "a-",
      "a--",
      "0",
    ];
    const spelled = names.map((name) => vaultName(prefix, name));
    expect(new Set(spelled.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of spelled) expect(name).toMatch(/^[0-9a-z-]{1,127}$/);
    expect(spelled.map((name) => nameIn(prefix, name))).toEqual(names);
    for (const other of ["other-a", "drover-vault-a--zz", "drover-vault-A", "drover-vault-"])
      expect(nameIn(prefix, other)).toBeUndefined();
    expect(() => vaultName(prefix, `${"X".repeat(40)}`)).toThrow("Expected a secret's name");
  });
});

describe("vault on azure, as others see it", () => {
  test("keeps its secrets under its prefix, one for each name, and lists no others", async () => {
    const { vault, proxy, emulator } = await opened();
    await vault.put("app-db", new Secret("value"), "note");
    await vault.put("app-db", new Secret("newer"));
    emulator.seedVault({ name: "other", secrets: { x: "y" } });
    expect(emulator.versions("drover-test", `${prefix}app-db`)).toHaveLength(2);
    expect(emulator.current("drover-test", `${prefix}app-db`)).toBe('{"droverVault":1,"value":"newer"}');
    expect(await vault.names()).toEqual(["app-db"]);
    for (const { path } of proxy.log) expect(path).toContain("api-version=7.4");
  });

  test("reads what somebody stored by hand, with the SDK's client too", async () => {
    const { vault, proxy, emulator } = await opened();
    for (const value of ["plain", '{"user":"a"}', '{"droverVault":2}', '{"droverVault":']) {
      emulator.seedVault({ name: "drover-test", secrets: { [`${prefix}by-hand`]: value } });
      expect((await vault.get("by-hand"))?.reveal()).toBe(value);
    }
    await vault.put("app-db", new Secret("value"));
    const token = String(proxy.log.at(-1)?.headers.authorization).replace("Bearer ", "");
    const client = new SecretClient(
      `https://${host}`,
      { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
      {
        httpClient: {
          async sendRequest(request) {
            const { url, method, headers } = request;
            const response = await emulator.fetch(new Request(url, { method, headers: headers.toJSON() }));
            const answered = createHttpHeaders(Object.fromEntries(response.headers));
            return { request, status: response.status, headers: answered, bodyAsText: await response.text() };
          },
        },
      },
    );
    expect((await client.getSecret(`${prefix}app-db`)).value).toContain('"value":"value"');
  });

  test("removes for good, so that nobody can bring a value back and the name is free", async () => {
    const { vault, kinds } = await opened();
    await vault.put("app-db", new Secret("value"));
    expect(await vault.remove("app-db")).toBe(true);
    expect(kinds()).toEqual(["secret-set", "secret-deleted", "secret-purged"]);
  });

  test("keeps what compresses, and refuses what does not fit into a Key Vault", async () => {
    const { vault } = await opened();
    const large = randomBytes(9_000).toString("hex");
    await vault.put("large", new Secret(large), "note");
    expect(await vault.describe("large")).toMatchObject({ note: "note" });
    expect((await vault.get("large"))?.reveal()).toBe(large);
    const tooLarge = vault.put("huge", new Secret(randomBytes(22_000).toString("base64")));
    await expect(tooLarge).rejects.toMatchObject({ code: "invalid-secret", message: expect.stringContaining("25600") });
  });

  test("says that a value was damaged", async () => {
    const { vault, emulator } = await opened();
    emulator.seedVault({ name: "drover-test", secrets: { [`${prefix}app-db`]: "drover-vault-1:AAAA" } });
    await expect(vault.get("app-db")).rejects.toHaveProperty("code", "secret-damaged");
  });

  test("follows the pages of a list to the vault alone", async () => {
    const { vault, proxy } = await opened();
    const page = (nextLink: string | null) => ({
      kind: "answer" as const,
      status: 200,
      body: JSON.stringify({ value: [{ id: `https://${host}/secrets/${prefix}a` }], nextLink }),
    });
    const isList = ({ path }: ProxiedRequest) => /\/secrets\?/.test(path);
    proxy.on(isList, page(`${proxy.url}/${host}/secrets?api-version=7.4&$skiptoken=x`));
    proxy.on(isList, page(null));
    expect(await vault.names()).toEqual(["a", "a"]);
    const asked: string[] = [];
    const elsewhere = await behindProxy((request) => {
      asked.push(request.headers.get("authorization") ?? "");
      return Response.json({ value: [], nextLink: null });
    });
    proxy.on(isList, page(`${elsewhere.url}/secrets?api-version=7.4`));
    await expect(vault.names()).rejects.toThrow("Expected the vault");
    expect(asked).toEqual([]);
  });
});

describe("vault on azure, when something goes wrong", () => {
  const isSet = ({ method }: ProxiedRequest) => method === "PUT";
  const isPurge = ({ method, path }: ProxiedRequest) => method === "DELETE" && path.includes("/deletedsecrets/");
  const isDelete = ({ method, path }: ProxiedRequest) => method === "DELETE" && path.includes("/secrets/");

  test("recovers what is only deleted before it puts, where a vault does not purge", async () => {
    const { vault, proxy, kinds } = await opened();
    await vault.put("app-db", new Secret("first"));
    proxy.on(isPurge, refusedByVault(403, "Forbidden", "ForbiddenByPolicy"), { times: 99 });
    expect(await vault.remove("app-db")).toBe(true);
    expect(await vault.remove("app-db")).toBe(false);
    expect(await vault.get("app-db")).toBeUndefined();
    await vault.put("app-db", new Secret("second"));
    expect((await vault.get("app-db"))?.reveal()).toBe("second");
    expect(kinds()).toEqual(["secret-set", "secret-deleted", "secret-recovered", "secret-set"]);
    await vault.remove("app-db");
    expect((await vault.create("app-db", new Secret("third"))).reveal()).toBe("third");
  });

  test("waits while a name is on its way into or out of the bin", async () => {
    const { vault, proxy, pauses, kinds } = await opened();
    await vault.put("app-db", new Secret("first"));
    proxy.on(isPurge, refusedByVault(404, "SecretNotFound"), { times: 2 });
    proxy.on(isPurge, refusedByVault(409, "Conflict", "ObjectIsBeingDeleted"), { times: 2 });
    expect(await vault.remove("app-db")).toBe(true);
    expect(kinds().at(-1)).toBe("secret-purged");
    expect(pauses).toHaveLength(4);
    proxy.on(isSet, refusedByVault(409, "Conflict", "ObjectIsBeingDeleted"), { times: 2 });
    await vault.put("app-db", new Secret("second"));
    proxy.on(isSet, refusedByVault(409, "Conflict", "ObjectIsBeingRecovered"), { times: 99 });
    await expect(vault.put("app-db", new Secret("third"))).rejects.toHaveProperty("code", "secret-being-deleted");
  });

  test("ends a removal that was interrupted between its halves", async () => {
    const { vault, proxy, kinds } = await opened();
    await vault.put("app-db", new Secret("first"));
    const crash = proxy.on(isPurge, lostBefore, { times: 99 });
    await expect(vault.remove("app-db")).rejects.toHaveProperty("name", "RetryableError");
    crash.remove();
    expect(await vault.remove("app-db")).toBe(false);
    expect(kinds().at(-1)).toBe("secret-purged");
  });

  test.each([
    ["a put", isSet, lostAfter],
    ["a deletion", isDelete, lostAfter],
    ["a purge", isPurge, lostAfter],
    ["a put", isSet, lostBefore],
    ["a purge", isPurge, lostBefore],
  ] as const)("takes a lost answer of %s", async (_name, fits, fault) => {
    const { vault, proxy } = await opened();
    const rule = proxy.on(fits, fault);
    const version = await vault.put("app-db", new Secret("first"), "note");
    expect(await vault.describe("app-db")).toMatchObject({ version, note: "note" });
    await vault.remove("app-db").catch(() => vault.remove("app-db"));
    expect(rule.hits).toBe(1);
    expect(await vault.get("app-db")).toBeUndefined();
    await vault.put("app-db", new Secret("second"));
    expect((await vault.get("app-db"))?.reveal()).toBe("second");
  });

  test("creates nothing twice when somebody was interrupted with the turn, and goes on when it has ended", async () => {
    const { vault, reopen, blobServer, blobStore, clock, emulator } = await opened();
    const isRelease = ({ headers }: ProxiedRequest) => headers["x-ms-lease-action"] === "release";
    const lost = blobServer.on(isRelease, lostBefore, { times: 99 });
    expect((await vault.create("app-db", new Secret("first"))).reveal()).toBe("first");
    lost.remove();
    await vault.remove("app-db");
    const other = await reopen();
    await expect(other.create("app-db", new Secret("second"))).rejects.toHaveProperty("code", "conflict");
    clock.pass(60_000);
    expect((await other.create("app-db", new Secret("second"))).reveal()).toBe("second");
    expect(emulator.versions("drover-test", `${prefix}app-db`)).toHaveLength(1);
    expect(blobStore.blobs("handoffs").map(({ name }) => name)).toEqual([expect.stringMatching(/^turns\/\d+$/)]);
  });

  test("has the turn although the answer that gave it was lost", async () => {
    const { vault, blobServer } = await opened();
    const isLease = ({ headers }: ProxiedRequest) => headers["x-ms-lease-action"] === "acquire";
    const rule = blobServer.on(isLease, lostAfter, { skip: 1 });
    expect((await vault.create("app-db", new Secret("first"))).reveal()).toBe("first");
    expect(rule.hits).toBe(1);
    expect(blobServer.log.filter(isLease).map(({ answered }) => answered)).toEqual([404, undefined, 201]);
  });

  test("creates nothing in a turn that may be over", async () => {
    const { vault, proxy, clock } = await opened();
    const isGet = ({ method }: ProxiedRequest) => method === "GET";
    const rule = proxy.on(isGet, { kind: "delay", ms: 50 }, { skip: 1 });
    const creating = thrownBy(() => vault.create("app-db", new Secret("first")));
    while (rule.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.pass(40_000);
    expect(await creating).toMatchObject({ name: "RetryableError", code: "timeout", effect: "none" });
    expect(proxy.log.filter(isSet)).toEqual([]);
  });

  test.each([
    [refusedByVault(403, "Forbidden", "ForbiddenByRbac"), "UnauthorizedError", "unauthorized"],
    [refusedByVault(401, "Unauthorized"), "UnauthorizedError", "unauthorized"],
    [refusedByVault(429, "Throttled"), "RetryableError", "throttled"],
    [refusedByVault(503, "ServiceUnavailable"), "RetryableError", "provider-unavailable"],
    [refusedByVault(404, "VaultNotFound"), "ConfigurationError", "place-missing"],
    [{ kind: "answer", status: 404, body: "<html>content-of" } as const, "PermanentError", "refused-by-service"],
    [{ kind: "answer", status: 200, body: "<html>content-of" } as const, "RetryableError", "answer-unreadable"],
  ])("says what %j means", async (fault, name, code) => {
    const { vault, proxy } = await opened();
    proxy.on(() => true, fault, { times: 99 });
    for (const call of [
      () => vault.get("app-db"),
      () => vault.put("app-db", new Secret("content-of")),
      () => vault.names(),
    ]) {
      const error = await thrownBy(call);
      expect(error).toMatchObject({ name, code, provider: "key-vault" });
      expect(shownBy(error)).not.toMatch(/content-of|canary/);
    }
  });
});
