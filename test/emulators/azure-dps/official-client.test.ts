import { IotDpsClient, type ProvisioningServiceDescription } from "@azure/arm-deviceprovisioningservices";
import { describe, expect, it } from "vitest";
import { azureHttpClient } from "./azure-http-client.ts";
import { API_VERSION, Harness, ids, OWNER, START_MS, servicePath } from "./harness.ts";
import { makeCertificate } from "./x509.ts";

/** An independent client: the official one, told to speak 2017-11-15. */
async function connected(offContract = false) {
  const harness = new Harness();
  const token = await harness.token();
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
  const handler = offContract ? harness.emulator.fetch : harness.traffic.wrap(harness.emulator.fetch);
  const client = new IotDpsClient(credential, ids.subscription, {
    apiVersion: API_VERSION,
    httpClient: azureHttpClient(async (request) => {
      // Its pollers wait on real timers: each poll finds the clock further on.
      if (request.url.includes("asyncinfo")) harness.tick(20_000);
      return handler(request);
    }),
    retryOptions: { maxRetries: 0 },
  });
  return { harness, client };
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

describe("the official client", () => {
  it("reads everything that can be read", async () => {
    const { harness, client } = await connected();
    const { iotDpsResource: dps, operations, dpsCertificate } = client;
    harness.emulator.configure({ pageSize: 1 });
    expect((await dps.get(ids.group, ids.service)).properties.iotHubs).toHaveLength(1);
    expect(await all(dps.listBySubscription())).toHaveLength(1);
    expect(await all(dps.listByResourceGroup(ids.group))).toMatchObject([{ name: ids.service }]);
    const keys = await all(dps.listKeys(ids.service, ids.group));
    expect(keys.map(({ keyName }) => keyName)).toEqual([OWNER, "backend"]);
    expect((await dps.listKeysForKeyName(ids.service, "backend", ids.group)).primaryKey).toBe(keys[1]?.primaryKey);
    expect(await all(dps.listValidSkus(ids.service, ids.group))).toEqual([{ name: "S1" }]);
    expect((await all(operations.list())).length).toBeGreaterThan(5);
    expect(await dps.checkProvisioningServiceNameAvailability({ name: "free-one" })).toMatchObject({
      nameAvailable: true,
    });
    expect((await dpsCertificate.list(ids.group, ids.service)).value).toEqual([]);
    await expect(dps.get(ids.group, "none")).rejects.toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
    await expect(dps.listKeysForKeyName(ids.service, "none", ids.group)).rejects.toMatchObject({ statusCode: 404 });
  });

  it("creates, changes, tags and deletes services through their operations", async () => {
    const { harness, client } = await connected();
    const { iotDpsResource: dps } = client;
    harness.emulator.configure({ createMs: 10_000, updateMs: 10_000, deleteMs: 10_000 });
    const quick = { updateIntervalInMs: 1 };
    const wish: ProvisioningServiceDescription = {
      location: "eastus",
      sku: { name: "S1", capacity: 1 },
      properties: {},
    };
    const made = await dps.createOrUpdate(ids.group, "dps-new", wish, quick);
    expect(made).toMatchObject({ name: "dps-new", properties: { state: "Active", allocationPolicy: "Hashed" } });
    const key = Buffer.alloc(32, 3).toString("base64");
    const rules = await all(dps.listKeys("dps-new", ids.group));
    const authorizationPolicies = rules.map((rule) => ({ ...rule, secondaryKey: key }));
    // It would send back what only real answers have, resourcegroup and subscriptionid, were the whole read written back.
    const { etag = "", location, sku, tags = {} } = made;
    const changed = { etag, location, sku, tags, properties: { ...made.properties, authorizationPolicies } };
    const poller = dps.createOrUpdate(ids.group, "dps-new", changed, quick);
    await poller.submitted();
    expect(harness.emulator.state.policies("dps-new")[0]?.secondaryKey).not.toBe(key);
    await poller;
    expect(harness.emulator.state.policies("dps-new")).toMatchObject([{ keyName: OWNER, secondaryKey: key }]);
    const id = decodeURIComponent([...harness.emulator.state.operations()].at(-1)?.id ?? "");
    expect(await dps.getOperationResult(id, ids.group, "dps-new", "1")).toMatchObject({ status: "Succeeded" });
    expect((await dps.update(ids.group, "dps-new", { tags: { a: "b" } }, quick)).tags).toEqual({ a: "b" });
    await dps.delete(ids.group, "dps-new", quick);
    expect(harness.emulator.state.service("dps-new")).toBeNull();
  });

  it("sees a failed operation and a refused write", async () => {
    const { harness, client } = await connected();
    harness.emulator.script({ result: "failed", errorCode: "X1", errorMessage: "no capacity" });
    const { body } = await harness.get();
    const write = () =>
      client.iotDpsResource.createOrUpdate(
        ids.group,
        ids.service,
        { location: body.location, sku: { name: "S1", capacity: 1 }, properties: {} },
        { updateIntervalInMs: 1 },
      );
    await expect(write()).rejects.toThrow(/X1|no capacity/);
    harness.emulator.otherWriter.occupy(ids.service, 60_000);
    await expect(write()).rejects.toMatchObject({ statusCode: 409 });
  });

  it("proves certificates, but cannot upload one in the form of 2017", async () => {
    const { harness, client } = await connected(true);
    const times = { notBeforeMs: START_MS - 1, notAfterMs: START_MS + 86_400_000 };
    const ca = makeCertificate({ ...times, commonName: "root" });
    const { dpsCertificate: certificates } = client;
    const place = [ids.group, ids.service] as const;
    const bytes = new TextEncoder().encode(ca.pem);
    const nested = { properties: { certificate: bytes } };
    // It nests the body whatever the api-version: what is needed is not where 2017-11-15 looks.
    await expect(certificates.createOrUpdate(...place, "root", nested)).rejects.toMatchObject({ statusCode: 400 });
    await harness.ask(`${servicePath}/certificates/root`, { method: "PUT", body: { certificate: ca.encoded } });
    const { etag = "" } = await certificates.get("root", ...place);
    const coded = await certificates.generateVerificationCode("root", etag, ...place);
    const commonName = coded.properties?.verificationCode ?? "";
    const leaf = makeCertificate({ ...times, commonName, issuer: ca });
    const proved = await certificates.verifyCertificate("root", coded.etag ?? "", ...place, {
      certificate: leaf.encoded,
    });
    expect(proved.properties?.isVerified).toBe(true);
    // The year 1 becomes 2001 on the way through a Date.
    expect(proved.properties?.created?.getUTCFullYear()).toBe(2_001);
    await certificates.delete(...place, "root", proved.etag ?? "");
    expect(harness.emulator.state.certificates(ids.service)).toEqual([]);
  });
});
