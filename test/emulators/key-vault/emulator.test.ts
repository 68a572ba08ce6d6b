import { SecretClient } from "@azure/keyvault-secrets";
import { describe, expect, it } from "vitest";
import { createKeyVaultEmulator, type Permission } from "../../../emulators/key-vault/index.ts";
import { azureHttpClient } from "../azure-dps/azure-http-client.ts";

const START_MS = Date.UTC(2026, 10, 21, 4);
const SCOPE = "https://vault.azure.net/.default";
const directoryId = "d14ec701-0000-4000-8000-000000000001";
const clientId = "c11e2700-0000-4000-8000-000000000001";
const objectId = "c11e2700-0000-4000-8000-000000000002";

async function vault(permissions?: readonly Permission[]) {
  const clock = { nowMs: START_MS };
  const emulator = createKeyVaultEmulator({ now: () => clock.nowMs });
  const access = permissions === undefined ? {} : { access: [{ objectId, permissions }] };
  emulator.seedVault({ name: "kv-apps", secrets: { old: "value" }, ...access });
  emulator.entra.client({ directoryId, clientId, objectId, secret: "s" });
  const scopes: string[] = [];
  const login = async (scope: string): Promise<string> => {
    scopes.push(scope);
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: "s",
      scope,
    });
    const url = `https://login.microsoftonline.com/${directoryId}/oauth2/v2.0/token`;
    const reply = await emulator.fetch(new Request(url, { method: "POST", body }));
    const { access_token }: { access_token: string } = JSON.parse(await reply.text());
    return access_token;
  };
  const credential = {
    getToken: async (wanted: string | string[]) => ({
      token: await login(String(wanted)),
      expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
    }),
  };
  const client = new SecretClient("https://kv-apps.vault.azure.net", credential, {
    serviceVersion: "7.4",
    httpClient: azureHttpClient(emulator.fetch),
    retryOptions: { maxRetries: 0 },
  });
  const ask = async (path: string, init: RequestInit = {}, token?: string) => {
    const bearer = token ?? (await login(SCOPE));
    const headers = {
      "content-type": "application/json",
      ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }),
    };
    const reply = await emulator.fetch(
      new Request(`https://kv-apps.vault.azure.net${path}?api-version=7.4`, { headers, ...init }),
    );
    const text = await reply.text();
    const body: { error?: { code: string; innererror?: { code: string } } } = text === "" ? {} : JSON.parse(text);
    return { status: reply.status, headers: reply.headers, text, body };
  };
  return { clock, emulator, client, scopes, login, ask };
}

describe("Key Vault's official client", () => {
  it("finds where to log in, writes versions, reads and lists them", async () => {
    const { clock, emulator, client, scopes } = await vault();
    const first = await client.setSecret("app", "one", { tags: { slot: "primary" }, contentType: "text/plain" });
    expect(scopes).toEqual([SCOPE]);
    expect(first.properties).toMatchObject({ tags: { slot: "primary" }, contentType: "text/plain", enabled: true });
    expect(first.properties.createdOn).toEqual(new Date(START_MS));
    clock.nowMs += 5_000;
    const second = await client.setSecret("app", "two");
    expect((await client.getSecret("app")).value).toBe("two");
    expect((await client.getSecret("app", { version: first.properties.version ?? "" })).value).toBe("one");
    const versions: (string | undefined)[] = [];
    for await (const each of client.listPropertiesOfSecretVersions("app")) versions.push(each.version);
    expect(versions.sort()).toEqual([first.properties.version, second.properties.version].sort());
    const names: string[] = [];
    for await (const each of client.listPropertiesOfSecrets()) names.push(each.name);
    expect(names).toEqual(["old", "app"]);
    expect(emulator.versions("kv-apps", "app").map(({ value }) => value)).toEqual(["one", "two"]);
    await expect(client.getSecret("none")).rejects.toMatchObject({ statusCode: 404, code: "SecretNotFound" });
    const disabled = await client.updateSecretProperties("app", second.properties.version ?? "", {
      enabled: false,
      tags: { a: "b" },
    });
    expect(disabled.tags).toEqual({ a: "b" });
    await expect(client.getSecret("app")).rejects.toMatchObject({ statusCode: 403 });
  });

  it("deletes softly: the name is taken until it is purged or recovered", async () => {
    const { emulator, client } = await vault();
    const deleting = await client.beginDeleteSecret("old", { intervalInMs: 1 });
    const deleted = await deleting.pollUntilDone();
    expect(deleted.recoveryId).toBe("https://kv-apps.vault.azure.net/deletedsecrets/old");
    await expect(client.setSecret("old", "x")).rejects.toMatchObject({ statusCode: 409 });
    await expect(client.getSecret("old")).rejects.toMatchObject({ statusCode: 404 });
    await (await client.beginRecoverDeletedSecret("old", { intervalInMs: 1 })).pollUntilDone();
    expect((await client.getSecret("old")).value).toBe("value");
    await (await client.beginDeleteSecret("old", { intervalInMs: 1 })).pollUntilDone();
    await client.purgeDeletedSecret("old");
    expect((await client.setSecret("old", "new")).value).toBe("new");
    expect(emulator.effects().map(({ kind }) => kind)).toEqual([
      "secret-deleted",
      "secret-recovered",
      "secret-deleted",
      "secret-purged",
      "secret-set",
    ]);
  });
});

describe("a vault", () => {
  it("challenges whoever brings no token of its audience", async () => {
    const { ask, login } = await vault();
    for (const token of ["", "made-up", await login("https://management.azure.com/.default")]) {
      const reply = await ask("/secrets/old", {}, token);
      expect(reply).toMatchObject({ status: 401, body: { error: { code: "Unauthorized" } } });
      expect(reply.headers.get("www-authenticate")).toBe(
        `Bearer authorization="https://login.microsoftonline.com/${directoryId}", resource="https://vault.azure.net"`,
      );
    }
  });

  it("forbids what the caller was not granted", async () => {
    const { ask } = await vault(["get", "list"]);
    expect((await ask("/secrets/old")).status).toBe(200);
    const refused = await ask("/secrets/old", { method: "PUT", body: '{"value":"x"}' });
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { code: "Forbidden", innererror: { code: "AccessDenied" } } },
    });
    expect((await (await vault([])).ask("/secrets/old")).status).toBe(403);
  });

  it("lists versions in no order of time, and hides values in lists", async () => {
    const { emulator, ask } = await vault();
    for (let count = 0; count < 8; count += 1)
      await ask("/secrets/app", { method: "PUT", body: `{"value":"secret-${count}"}` });
    const listed = (await ask("/secrets/app/versions")).text;
    expect(listed).not.toContain("secret-");
    const ids = [...listed.matchAll(/app\/([0-9a-f]{32})/g)].map(([, id]) => id);
    expect(ids).toEqual([...ids].sort());
    emulator.configure({ versionOrder: "oldest-first" });
    const inOrder = [...(await ask("/secrets/app/versions")).text.matchAll(/app\/([0-9a-f]{32})/g)].map(([, id]) => id);
    expect(inOrder).toEqual(emulator.versions("kv-apps", "app").map(({ version }) => version));
  });

  it("loses replies, lands late, throttles and breaks as told", async () => {
    const { clock, emulator, ask } = await vault();
    const put = (value: string) => ask("/secrets/app", { method: "PUT", body: JSON.stringify({ value }) });
    emulator.addFault({ kind: "drop", operation: "SetSecret", takesEffect: true, times: 1 });
    await expect(put("one")).rejects.toThrow("fetch failed");
    expect(emulator.current("kv-apps", "app")).toBe("one");
    emulator.addFault({ kind: "late-landing", operation: "SetSecret", landsAfterMs: 5_000, times: 1 });
    await expect(put("late")).rejects.toThrow("fetch failed");
    await put("two");
    expect(emulator.current("kv-apps", "app")).toBe("two");
    clock.nowMs += 5_000;
    expect(emulator.current("kv-apps", "app")).toBe("late");
    emulator.addFault({ kind: "status", status: 429, operation: "GetSecret", times: 1 });
    const throttled = await ask("/secrets/app");
    expect(throttled).toMatchObject({ status: 429, body: { error: { code: "Throttled" } } });
    expect(throttled.headers.get("retry-after")).toBe("10");
    emulator.addFault({ kind: "status", status: 503, operation: "GetSecret", times: 1 });
    expect((await ask("/secrets/app")).status).toBe(503);
    expect((await ask("/secrets/no name", { method: "PUT", body: '{"value":"x"}' })).status).toBe(400);
    expect((await ask("/secrets/app", { method: "PUT", body: "{}" })).status).toBe(400);
    expect((await ask("/keys/app")).status).toBe(405);
    expect(emulator.callCounts()).toMatchObject({ GetSecret: 2 });
  });
});
