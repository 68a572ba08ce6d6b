import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { queueConnection } from "../../functions/azure/app.ts";
import { steps } from "../../functions/steps.ts";
import { eventTypes } from "../../lib/contracts/event.ts";
import { deadLetterQueueOf, inboxQueue } from "../../lib/contracts/ports.ts";
import { appSettings, azureAdapters } from "../../lib/platforms/azure/adapters.ts";
import { queueNames } from "../../lib/platforms/azure/queue-names.ts";
import { azureSettings } from "../../lib/platforms/azure/settings.ts";
import { createClock } from "../../lib/platforms/clock.ts";
import {
  bicepFolder,
  clientId,
  commonName,
  dataAccount,
  deployed,
  fileText,
  hostAccount,
  ofType,
  only,
  registeredFunctions,
  settingsIn,
  whole,
} from "./azure-deployed.ts";
import { type Deployment, type Resource, syntaxProblems, type Value } from "./bicep.ts";

const files = readdirSync(bicepFolder).filter((name) => name.endsWith(".bicep"));
const texts = new Map(files.map((name) => [name, fileText("infra", "azure", name)]));
const functions = registeredFunctions();
const work = [inboxQueue, ...Object.keys(steps)];
const account = (name: string) => ofType("Microsoft.Storage/storageAccounts").find((one) => one.name === name);
const lastOf = ({ name }: Pick<Resource, "name">) => name.split("/").at(-1);

describe("the templates", () => {
  test.each(files)("have no mistake of syntax in %s", (name) => {
    expect(syntaxProblems(texts.get(name) ?? "")).toEqual([]);
  });

  test("would be seen to be broken", () => {
    const text = texts.get("app.bicep") ?? "";
    for (const broken of [
      text.replace("union(", "union"),
      text.replace("reserved: true }", "reserved: true"),
      `${text}\nresource x {`,
    ])
      expect(syntaxProblems(broken)).not.toEqual([]);
  });

  test("are all used, and take each parameter from a setting of azd", () => {
    const used = [...texts.values()].flatMap((text) =>
      [...text.matchAll(/^module \w+ '(\S+)'/gm)].map(([, file]) => file),
    );
    expect([...used, "main.bicep"].sort()).toEqual(files);
    const given = JSON.parse(fileText("infra", "azure", "main.parameters.json")).parameters;
    const taken = [...(texts.get("main.bicep") ?? "").matchAll(/^param (\w+) \w+(?: = (.*))?$/gm)];
    expect(Object.keys(given).sort()).toEqual(taken.map(([, name]) => name).sort());
    for (const [, name = "", standard] of taken) {
      const [, otherwise] = /^\$\{[A-Z_]+(?:=(.*))?\}$/.exec(given[name].value) ?? ["", "none"];
      expect([name, otherwise]).toEqual([name, standard?.replaceAll("'", "")]);
    }
  });

  test("are what azd deploys to, with the bundle as it is", () => {
    const { infra, services, hooks } = parse(fileText("azure.yaml"));
    expect([infra, hooks]).toEqual([{ provider: "bicep", path: "infra/azure" }, undefined]);
    const [[name, service]] = Object.entries<Value>(services) as [[string, Value]];
    expect(service).toMatchObject({
      host: "function",
      language: "js",
      project: ".",
      dist: "dist/azure",
      remoteBuild: false,
    });
    expect(service.hooks.prepackage.run).toBe("npm run package:azure");
    expect(JSON.parse(fileText("package.json")).scripts).toHaveProperty("package:azure");
    expect(only("Microsoft.Web/sites").body["tags"]).toMatchObject({
      "azd-service-name": name,
      "azd-env-name": "prod",
    });
    expect(only("Microsoft.Resources/resourceGroups").body["tags"]).toMatchObject({ "azd-env-name": "prod" });
  });

  test("hold no key and no connection string", () => {
    const secret =
      /listKeys|listAccountSas|listServiceSas|listSecrets|AccountKey|SharedAccess|sasToken|@secure|password|aeg-sas/i;
    for (const [name, text] of texts) expect([name, secret.exec(text)?.[0]]).toEqual([name, undefined]);
    const strings = [...texts.values()].flatMap((text) => text.match(/\w*connection_?string\w*/gi) ?? []);
    // The one of Application Insights opens nothing where keys are off.
    expect(strings.sort()).toEqual(["APPLICATIONINSIGHTS_CONNECTION_STRING", "ConnectionString"]);
    expect(only("Microsoft.Insights/components").body["properties"].DisableLocalAuth).toBe(true);
    expect(only("Microsoft.EventGrid/topics").body["properties"].disableLocalAuth).toBe(true);
    for (const { body } of ofType("Microsoft.Web/sites/basicPublishingCredentialsPolicies"))
      expect(body["properties"]).toEqual({ allow: false });
    expect(ofType("Microsoft.Web/sites/basicPublishingCredentialsPolicies")).toHaveLength(2);
  });

  test("tell where to send, ask and listen", () => {
    const { outputs } = whole;
    const queue = queueNames(settingsIn())(inboxQueue);
    expect(outputs["DROVER_INBOX_URL"]).toBe(`https://${dataAccount}.queue.core.windows.net/${queue}`);
    expect(outputs["DROVER_URL"]).toBe(`https://${commonName}.azurewebsites.net`);
    expect(outputs["DROVER_TOPIC_ENDPOINT"]).toBe(settingsIn()["DROVER_TOPIC_ENDPOINT"]);
    expect(outputs["DROVER_VAULT_URL"]).toBe(settingsIn()["DROVER_VAULT_URL"]);
  });
});

describe("storage", () => {
  const queues = ofType("Microsoft.Storage/storageAccounts/queueServices/queues");

  test("has a queue for every function that waits at one, and one for people", () => {
    const waitedAt = functions.flatMap(({ queueName }) => queueName ?? []);
    expect(waitedAt).toHaveLength(2 * work.length);
    expect(queues.map(lastOf).sort()).toEqual([...waitedAt, "drover-attention"].sort());
    const nameOf = queueNames(settingsIn());
    expect(waitedAt.sort()).toEqual(work.flatMap((queue) => [nameOf(queue), nameOf(deadLetterQueueOf(queue))]).sort());
    for (const { name } of queues) expect(name.startsWith(`${dataAccount}/default/`)).toBe(true);
  });

  test.each([dataAccount, hostAccount])("takes identities over TLS and nobody else in %s", (name) => {
    expect(name.length).toBeLessThanOrEqual(24);
    expect(account(name)?.body["properties"]).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      minimumTlsVersion: "TLS1_2",
      supportsHttpsTrafficOnly: true,
    });
    expect(ofType("Microsoft.Storage/storageAccounts")).toHaveLength(2);
    for (const { body } of ofType("Microsoft.Storage/storageAccounts/blobServices/containers"))
      expect(body["properties"]).toEqual({ publicAccess: "None" });
  });

  test("has the ledger, which outlives a mistake", () => {
    const table = only("Microsoft.Storage/storageAccounts/tableServices/tables");
    expect(table.name).toBe(`${dataAccount}/default/${settingsIn()["DROVER_TABLE"]}`);
    expect(account(dataAccount)?.body["sku"]).toEqual({ name: "Standard_ZRS" });
    expect(only("Microsoft.Authorization/locks")).toMatchObject({
      scope: account(dataAccount)?.id,
      body: { properties: { level: "CanNotDelete" } },
    });
    expect(ofType("Microsoft.Authorization/locks", deployed({ protected: false }))).toEqual([]);
  });

  test("keeps no versions of what was handed over, and nothing for longer than a day", () => {
    const service = ofType("Microsoft.Storage/storageAccounts/blobServices").find(
      ({ name }) => name === `${dataAccount}/default`,
    );
    expect(service?.body["properties"]).toEqual({
      isVersioningEnabled: false,
      deleteRetentionPolicy: { enabled: false },
      containerDeleteRetentionPolicy: { enabled: false },
      changeFeed: { enabled: false },
    });
    const { name, body } = only("Microsoft.Storage/storageAccounts/managementPolicies");
    expect(name).toBe(`${dataAccount}/default`);
    const [handoffs] = body["properties"].policy.rules;
    expect(handoffs).toMatchObject({
      enabled: true,
      // Leases, below turns/, stay.
      definition: {
        filters: { blobTypes: ["blockBlob"], prefixMatch: [`${settingsIn()["DROVER_HANDOFF_CONTAINER"]}/handoffs/`] },
        actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 1 } } },
      },
    });
    expect(
      ofType("Microsoft.Storage/storageAccounts/blobServices/containers")
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      `${dataAccount}/default/drover-handoffs`,
      `${dataAccount}/default/drover-undelivered-events`,
      `${hostAccount}/default/app-package`,
    ]);
  });
});

describe("roles", () => {
  /** @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
  const roles: Readonly<Record<string, string>> = {
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "d5a91429-5739-47e2-a06b-3470a27159e7": "EventGrid Data Sender",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a": "Storage Queue Data Message Sender",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
  };
  const assignments = ofType("Microsoft.Authorization/roleAssignments");

  test("let everybody do what they need and nothing else", () => {
    const given = assignments.map(({ scope, body: { properties } }) => {
      const role = roles[properties.roleDefinitionId.split("/").at(-1)] ?? properties.roleDefinitionId;
      return `${properties.principalId}: ${role} on ${scope?.replace(/^Microsoft\.\w+\//, "")}`;
    });
    const storage = (path: string, names: string) => `storageAccounts/${path}/${names}`;
    const queue = (name: string | undefined) => storage("queueServices/queues", `${dataAccount}/default/${name}`);
    const container = (name: string) => storage("blobServices/containers", `${dataAccount}/default/${name}`);
    expect(given.sort()).toEqual(
      [
        ...functions.flatMap(({ queueName }) =>
          queueName ? [`the app: Storage Queue Data Contributor on ${queue(queueName)}`] : [],
        ),
        `the app: Storage Table Data Contributor on ${storage("tableServices/tables", `${dataAccount}/default/drover`)}`,
        `the app: Storage Blob Data Contributor on ${container("drover-handoffs")}`,
        `the app: Storage Blob Data Owner on storageAccounts/${hostAccount}`,
        `the app: Key Vault Secrets Officer on vaults/${commonName}`,
        `the app: EventGrid Data Sender on topics/${commonName}`,
        `the app: Monitoring Metrics Publisher on components/${commonName}`,
        `the topic: Storage Queue Data Message Sender on ${queue("drover-attention")}`,
        `the topic: Storage Blob Data Contributor on ${container("drover-undelivered-events")}`,
      ].sort(),
    );
  });

  test("are given once each, to identities, before anybody needs them", () => {
    expect(new Set(assignments.map(({ name }) => name)).size).toBe(assignments.length);
    for (const { body } of assignments) expect(body["properties"].principalType).toBe("ServicePrincipal");
    expect([...whole.waits].sort()).toEqual(["app: roles", "attention: roles"]);
  });
});

describe("the app", () => {
  test("runs on Flex Consumption with Node 24, as one identity", () => {
    expect(only("Microsoft.Web/serverfarms").body).toMatchObject({
      sku: { name: "FC1", tier: "FlexConsumption" },
      properties: { reserved: true },
    });
    const { body } = only("Microsoft.Web/sites");
    const identity = only("Microsoft.ManagedIdentity/userAssignedIdentities").id;
    expect(body).toMatchObject({
      kind: "functionapp,linux",
      identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
      properties: {
        httpsOnly: true,
        keyVaultReferenceIdentity: identity,
        functionAppConfig: {
          runtime: { name: "node", version: "24" },
          deployment: {
            storage: {
              value: `https://${hostAccount}.blob.core.windows.net/app-package`,
              authentication: { type: "UserAssignedIdentity", userAssignedIdentityResourceId: identity },
            },
          },
          scaleAndConcurrency: { instanceMemoryMB: 512, maximumInstanceCount: 40 },
        },
      },
    });
  });

  test("has the settings that the code reads, each as it takes it", () => {
    const settings = settingsIn();
    for (const name of Object.keys(appSettings))
      expect([name, settings[name]]).toEqual([name, expect.stringMatching(/./)]);
    expect(() => azureAdapters(settings, { clock: createClock() })).not.toThrow();
    const { storage, identity } = azureSettings(settings);
    expect(storage).toEqual({
      queues: `https://${dataAccount}.queue.core.windows.net`,
      tables: `https://${dataAccount}.table.core.windows.net`,
      blobs: `https://${dataAccount}.blob.core.windows.net`,
    });
    expect(identity).toMatchObject({ kind: "managed-identity", clientId });
    expect(settings["DROVER_VERSION"]).toBe(JSON.parse(fileText("package.json")).version);
    expect(settings["DROVER_CONFIGURATION"]).toBe(
      `@Microsoft.KeyVault(VaultName=${commonName};SecretName=drover-configuration)`,
    );
    expect(settingsIn(deployed({ configurationSecret: "" }))).not.toHaveProperty("DROVER_CONFIGURATION");
  });

  test("has the settings that the host reads, for its identity too", () => {
    const connections = new Set(functions.flatMap(({ connection }) => connection ?? []));
    expect([...connections]).toEqual([queueConnection]);
    expect(settingsIn()).toMatchObject({
      [`${queueConnection}__queueServiceUri`]: `https://${dataAccount}.queue.core.windows.net/`,
      [`${queueConnection}__credential`]: "managedidentity",
      [`${queueConnection}__clientId`]: clientId,
      AzureWebJobsStorage__accountName: hostAccount,
      AzureWebJobsStorage__credential: "managedidentity",
      AzureWebJobsStorage__clientId: clientId,
      AzureWebJobsDisableHomepage: "true",
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${clientId};Authorization=AAD`,
    });
    // Linux takes no other names.
    for (const name of Object.keys(settingsIn())) expect(name).toMatch(/^[A-Za-z0-9_]+$/);
  });

  test("rests when it is told to, but for HTTP", () => {
    const allowed = (from: Deployment) =>
      Object.entries(settingsIn(from)).filter(([name]) => /__functions__/.test(name));
    expect(allowed(whole)).toEqual([]);
    expect(allowed(deployed({ running: false }))).toEqual([["AzureFunctionsJobHost__functions__0", "receive-webhook"]]);
    expect(functions.map(({ name }) => name)).toContain("receive-webhook");
  });
});

describe("events and secrets", () => {
  test("go to a topic that takes CloudEvents", () => {
    expect(only("Microsoft.EventGrid/topics").body["properties"].inputSchema).toBe("CloudEventSchemaV1_0");
  });

  test("are kept where they could not be delivered", () => {
    const { eventDeliverySchema, filter, retryPolicy, deliveryWithResourceIdentity, deadLetterWithResourceIdentity } =
      only("Microsoft.EventGrid/topics/eventSubscriptions").body["properties"];
    expect(eventDeliverySchema).toBe("CloudEventSchemaV1_0");
    expect(filter.includedEventTypes).toHaveLength(3);
    for (const type of filter.includedEventTypes) expect(eventTypes).toContain(type);
    expect(retryPolicy.eventTimeToLiveInMinutes).toBeLessThanOrEqual(1440);
    expect(deliveryWithResourceIdentity.identity).toEqual({ type: "SystemAssigned" });
    expect(deliveryWithResourceIdentity.destination.properties).toMatchObject({
      resourceId: account(dataAccount)?.id,
      queueName: "drover-attention",
    });
    expect(deadLetterWithResourceIdentity.deadLetterDestination.properties).toEqual({
      resourceId: account(dataAccount)?.id,
      blobContainerName: "drover-undelivered-events",
    });
    expect(only("Microsoft.EventGrid/topics").body["identity"]).toEqual({ type: "SystemAssigned" });
  });

  test("stand in a vault that gives up a removed name at once", () => {
    const { properties } = only("Microsoft.KeyVault/vaults").body;
    expect(properties).toMatchObject({
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 7,
    });
    expect(properties).not.toHaveProperty("enablePurgeProtection");
    expect(commonName.length).toBeLessThanOrEqual(24);
  });
});
