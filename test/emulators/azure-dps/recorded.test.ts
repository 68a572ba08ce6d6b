import { describe, expect, it } from "vitest";
import {
  Harness,
  ids,
  OWNER,
  type Reply,
  type RuleWire,
  type ServiceWire,
  START_MS,
  servicePath,
  servicesPath,
  subscriptionPath,
} from "./harness.ts";
import { makeCertificate } from "./x509.ts";

/** What traffic of the Azure command line showed, api-version 2021-10-15, step by step. */
const apiVersion = "2021-10-15";
const path = `${servicesPath}/dps-recorded`;
const sku = { name: "S1", capacity: 1 };

async function created(): Promise<{ harness: Harness; reply: Reply<ServiceWire> }> {
  const harness = new Harness();
  harness.emulator.configure({ absentPolicies: "keep", updateMs: 20_000 });
  const reply = await harness.put({ location: "eastus", sku, properties: {} }, { apiVersion }, path);
  return { harness, reply };
}

async function settled(): Promise<Harness> {
  const { harness, reply } = await created();
  await harness.settle(reply);
  return harness;
}

async function listKeys(harness: Harness): Promise<RuleWire[]> {
  const reply = await harness.ask<{ value: RuleWire[] }>(`${path}/listkeys`, { method: "POST", apiVersion });
  return reply.body.value;
}

async function putPolicies(harness: Harness, authorizationPolicies: unknown): Promise<Reply<ServiceWire>> {
  const reply = await harness.put(
    { location: "eastus", sku, properties: { authorizationPolicies } },
    { apiVersion },
    path,
  );
  await harness.settle(reply);
  return reply;
}

describe("recorded sequences", () => {
  it("R1: check the name, create, poll, read", async () => {
    const { harness, reply } = await created();
    const check = `${subscriptionPath}/providers/Microsoft.Devices/checkProvisioningServiceNameAvailability`;
    const name = (text: string) => harness.ask(check, { method: "POST", body: { name: text } });
    expect((await name("dps-free")).body).toEqual({ nameAvailable: true, reason: "Invalid", message: "name is valid" });
    expect((await name("dps-recorded")).body).toMatchObject({ nameAvailable: false, reason: "AlreadyExists" });
    expect((await name("-x")).body).toMatchObject({ nameAvailable: false, reason: "Invalid" });
    expect(reply).toMatchObject({
      status: 201,
      body: { properties: { provisioningState: "Accepted", state: "Activating" } },
    });
    expect((await harness.settle(reply)).body).toEqual({ status: "Succeeded" });
    expect((await harness.get(path, { apiVersion })).body.properties.state).toBe("Active");
  });

  it("R2: write back a read with its etag and without policies", async () => {
    const harness = await settled();
    const { body } = await harness.get(path, { apiVersion });
    const { etag, location, tags, properties } = body;
    const reply = await harness.put({ etag, location, sku, tags: { a: "b" }, properties }, { apiVersion }, path);
    expect(reply).toMatchObject({ status: 201, body: { etag, properties: { state: "Transitioning", idScope: null } } });
    expect((await harness.settle(reply)).body.status).toBe("Succeeded");
    expect((await harness.get(path, { apiVersion })).body.etag).not.toBe(etag);
    expect(tags).toEqual({});
    expect((await listKeys(harness)).map(({ keyName }) => keyName)).toEqual([OWNER]);
  });

  it("R3 to R5: add a policy without keys, change its rights, delete it by leaving it out", async () => {
    const harness = await settled();
    const [owner] = await listKeys(harness);
    expect(owner?.rights).toBe("ServiceConfig, DeviceConnect, EnrollmentWrite");
    const reply = await putPolicies(harness, [owner, { keyName: "added", rights: "EnrollmentRead" }]);
    const echoed = reply.body.properties.authorizationPolicies?.[1];
    const one = () => harness.ask<RuleWire>(`${path}/keys/added/listkeys`, { method: "POST", apiVersion });
    expect((await one()).body).toEqual(echoed);
    expect(echoed?.primaryKey).toHaveLength(44);
    await putPolicies(harness, [owner, { ...echoed, rights: "EnrollmentWrite" }]);
    expect((await one()).body).toEqual({ ...echoed, rights: "EnrollmentWrite" });
    await putPolicies(harness, [owner]);
    expect(await one()).toMatchObject({ status: 404, body: { code: 404_003 } });
    expect(await listKeys(harness)).toEqual([owner]);
  });

  it("R6: delete", async () => {
    const harness = await settled();
    const reply = await harness.ask(path, { method: "DELETE", apiVersion });
    expect([reply.status, reply.text, reply.headers.get("retry-after")]).toEqual([202, "null", null]);
    expect((await harness.settle(reply)).body).toEqual({ status: "Succeeded" });
  });

  it("R7: data residency in a region without", async () => {
    const harness = new Harness();
    const body = { location: "westus", sku, properties: { enableDataResidency: true } };
    expect(await harness.put(body, { apiVersion }, path)).toMatchObject({ status: 400, body: { code: 400_309 } });
    expect((await harness.put({ ...body, location: "eastus" }, { apiVersion }, path)).status).toBe(201);
  });

  it("R8: write back a masked hub with another weight, poll, then unlink", async () => {
    const harness = new Harness();
    harness.emulator.configure({ updateMs: 20_000 });
    const { body } = await harness.get(servicePath, { apiVersion });
    const iotHubs = body.properties.iotHubs.map((hub) => ({ ...hub, allocationWeight: 3 }));
    const write = (hubs: unknown) =>
      harness.put({ location: body.location, sku, properties: { iotHubs: hubs } }, { apiVersion });
    const reply = await write(iotHubs);
    const url = reply.headers.get("azure-asyncoperation") ?? "";
    expect(url.length).toBeGreaterThan(2_500);
    harness.tick(1_000);
    expect((await harness.ask(url)).body).toEqual({ status: "Running" });
    harness.tick(30_000);
    expect((await harness.ask(url)).body).toEqual({ status: "Succeeded" });
    expect((await harness.get()).body.properties.iotHubs).toMatchObject([{ allocationWeight: 3 }]);
    expect(harness.emulator.state.linkWorks(ids.service, "hub-eu")).toBe(true);
    await harness.settle(await write([]));
    expect((await harness.get()).body.properties.iotHubs).toEqual([]);
  });

  it("R9: certificates from list to deletion", async () => {
    const harness = await settled();
    const times = { notBeforeMs: START_MS - 1, notAfterMs: START_MS + 86_400_000 };
    const ca = makeCertificate({ ...times, commonName: "root" });
    interface Wire {
      etag: string;
      properties: { isVerified: boolean; verificationCode: string; certificate: string | null };
    }
    const ask = (name: string, method: string, etag?: string, body?: unknown) => {
      const headers = etag === undefined ? {} : { "if-match": etag };
      return harness.ask<Wire>(`${path}/certificates/${name}`, {
        method,
        headers,
        apiVersion,
        ...(body ? { body } : {}),
      });
    };
    expect((await harness.ask(`${path}/certificates`, { apiVersion })).body).toEqual({ value: [] });
    const first = await ask("a", "PUT", undefined, { certificate: ca.encoded });
    const declared = await ask("b", "PUT", undefined, { certificate: ca.encoded, isVerified: true });
    expect([first.body.properties.isVerified, declared.body.properties.isVerified]).toEqual([false, true]);
    expect(first.body.properties.certificate).toBeNull();
    const second = await ask("a", "PUT", first.body.etag, { certificate: ca.encoded });
    const coded = await ask("a/generateVerificationCode", "POST", second.body.etag);
    expect(Buffer.from(coded.body.properties.certificate ?? "", "base64").toString()).toContain("BEGIN CERTIFICATE");
    const leaf = makeCertificate({ ...times, commonName: coded.body.properties.verificationCode, issuer: ca });
    const proved = await ask("a/verify", "POST", coded.body.etag, { certificate: leaf.encoded });
    expect(proved.body.properties.isVerified).toBe(true);
    expect((await ask("a", "DELETE", proved.body.etag)).status).toBe(200);
    expect((await ask("b", "DELETE", declared.body.etag)).status).toBe(200);
    expect(new Set([first, second, coded, proved].map(({ body }) => body.etag)).size).toBe(4);
  });
});
