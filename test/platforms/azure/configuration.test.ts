import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../lib/configuration/load.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { azureSecretResolver, readConfiguration } from "../../../lib/platforms/azure/configuration.ts";
import { azureSettings } from "../../../lib/platforms/azure/settings.ts";
import { shownBy, thrownBy } from "./patience.ts";

const reference = "@Microsoft.KeyVault(VaultName=drover;SecretName=configuration)";
const text = (secret = "vault:heat", kind = "azure") =>
  JSON.stringify({
    version: 1,
    platform: { kind },
    connections: {
      sphere: {
        kind: "azure-sphere",
        api: "legacy-v2",
        sphereTenantId: "5b0e7a10-0000-4000-8000-000000000001",
        credential: {
          kind: "client-secret",
          directoryId: "d14ec701-0000-4000-8000-000000000001",
          clientId: "c11e0000-0000-4000-8000-000000000001",
          secret,
        },
      },
    },
  });
const parse = (raw: string, path: string) => parseConfiguration(raw, path);

describe("configuration on azure", () => {
  test("comes from its setting, or from the file that is named, or from the one beside the functions", async () => {
    const read: string[] = [];
    const readText = async (path: string) => {
      read.push(path);
      return text();
    };
    for (const variables of [
      { DROVER_CONFIGURATION: text() },
      { DROVER_CONFIG: "conf/other.json" },
      { AzureWebJobsScriptRoot: "site" },
      {},
    ]) {
      const configuration = await readConfiguration({ variables, parse, readText });
      expect(Object.keys(configuration.connections)).toEqual(["sphere"]);
    }
    expect(read).toEqual(["conf/other.json", "site/drover.json", "drover.json"]);
  });

  test.each([
    [{ DROVER_CONFIGURATION: reference }, "configuration-unreadable", /reference that was not resolved/],
    [{ DROVER_CONFIG: "absent.json" }, "configuration-unreadable", /absent\.json, got ENOENT/],
    [{ DROVER_CONFIGURATION: text("file:./canary.txt") }, "invalid-configuration", /expected env:NAME or vault:NAME/],
    [
      { DROVER_CONFIGURATION: text("env:HEAT", "aws") },
      "invalid-configuration",
      /platform\.kind: expected azure, got aws/,
    ],
    [{ DROVER_CONFIGURATION: text("env:HEAT"), HEAT: reference }, "invalid-configuration", /not resolved in HEAT/],
    [{ DROVER_CONFIGURATION: "{canary" }, undefined, /DROVER_CONFIGURATION/],
  ])("says what is wrong with %j", async (variables, code, message) => {
    const error = await thrownBy(() => readConfiguration({ variables, parse }));
    expect(error.name).toBe("ConfigurationError");
    if (code !== undefined) expect(error).toHaveProperty("code", code);
    expect(error.message).toMatch(message);
    expect(shownBy(error)).not.toContain("SecretName");
  });

  test("resolves secrets of the environment and the vault, and no files", async () => {
    const vault = { get: async () => new Secret("from the vault") };
    const resolve = azureSecretResolver({ HEAT: "from the setting", BROKEN: reference }, vault);
    expect((await resolve("env:HEAT")).reveal()).toBe("from the setting");
    expect((await resolve("vault:heat")).reveal()).toBe("from the vault");
    for (const wrong of ["file:/etc/passwd", "env:BROKEN", "env:ABSENT"]) {
      const error = await thrownBy(() => resolve(wrong));
      expect(error).toMatchObject({ name: "ConfigurationError", code: "secret-missing" });
      expect(error.message).not.toContain("SecretName");
    }
  });
});

describe("settings on azure", () => {
  test("name an account, in any cloud, and an identity", () => {
    const identity = { IDENTITY_ENDPOINT: "http://127.0.0.1:1/msi", IDENTITY_HEADER: "canary" };
    expect(azureSettings({ DROVER_STORAGE_ACCOUNT: "droverprod", ...identity })).toMatchObject({
      storage: {
        queues: "https://droverprod.queue.core.windows.net",
        tables: "https://droverprod.table.core.windows.net",
        blobs: "https://droverprod.blob.core.windows.net",
      },
      identity: { kind: "managed-identity", endpoint: { url: "http://127.0.0.1:1/msi" } },
    });
    const china = { DROVER_STORAGE_ACCOUNT: "droverprod", DROVER_STORAGE_SUFFIX: "core.chinacloudapi.cn" };
    expect(azureSettings(china).storage.queues).toBe("https://droverprod.queue.core.chinacloudapi.cn");
    const assigned = azureSettings({
      DROVER_STORAGE_ACCOUNT: "droverprod",
      DROVER_IDENTITY_CLIENT_ID: "a",
      AZURE_CLIENT_ID: "b",
    });
    expect(assigned.identity).toMatchObject({ clientId: "a" });
    const application = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: "canary" };
    expect(azureSettings({ DROVER_STORAGE_ACCOUNT: "droverprod", ...application }).identity).toMatchObject({
      kind: "client-secret",
      directoryId: "t",
      clientId: "c",
    });
  });

  test("take a connection string for an emulator on loopback alone", () => {
    const development = azureSettings({ DROVER_STORAGE_CONNECTION_STRING: "UseDevelopmentStorage=true" }).storage;
    expect(development).toMatchObject({
      queues: "http://127.0.0.1:10001/devstoreaccount1",
      tables: "http://127.0.0.1:10002/devstoreaccount1",
      blobs: "http://127.0.0.1:10000/devstoreaccount1",
      key: { account: "devstoreaccount1" },
    });
    const key = Buffer.from("canary").toString("base64");
    for (const endpoint of [
      "https://x.queue.core.windows.net",
      "http://127.0.0.1.example.com/a",
      "http://10.0.0.1/a",
    ]) {
      const text = `AccountName=a;AccountKey=${key};QueueEndpoint=${endpoint};TableEndpoint=${endpoint};BlobEndpoint=${endpoint}`;
      expect(() => azureSettings({ DROVER_STORAGE_CONNECTION_STRING: text })).toThrow("an emulator on loopback");
    }
    const real = `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${key};EndpointSuffix=core.windows.net`;
    expect(() => azureSettings({ DROVER_STORAGE_CONNECTION_STRING: real })).toThrow("an emulator on loopback");
  });

  test("tell all problems at once, and no value", async () => {
    const error = await thrownBy(async () =>
      azureSettings({
        DROVER_STORAGE_ACCOUNT: "Canary!",
        DROVER_STORAGE_SUFFIX: "canary/",
        AZURE_CLIENT_SECRET: "canary",
      }),
    );
    expect(error).toMatchObject({ name: "ConfigurationError", problems: expect.objectContaining({ length: 3 }) });
    expect(shownBy(error).toLowerCase()).not.toContain("canary");
  });
});
