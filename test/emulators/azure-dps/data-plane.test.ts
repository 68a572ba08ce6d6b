import { describe, expect, it } from "vitest";
import { derivedKey, isSignedBy, parseSasToken } from "../../../emulators/azure-dps/data-plane/sas-token.ts";
import { type Ask, Harness, HOST, ids, OWNER, type Reply, servicePath } from "./harness.ts";
import { deviceKey, sasToken } from "./sas.ts";

const KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER = Buffer.alloc(32, 5).toString("base64");

interface RecordWire {
  etag: string;
  attestation: { type: string; symmetricKey?: { primaryKey: string; secondaryKey: string } };
  [other: string]: unknown;
}

function backend(harness: Harness, path: string, ask: Ask & { sas?: string } = {}): Promise<Reply<RecordWire>> {
  const { sas = ownerToken(harness), ...rest } = ask;
  const url = `https://${HOST}${path}?api-version=2021-10-01`;
  return harness.ask(url, { token: null, ...rest, headers: { authorization: sas, ...ask.headers } });
}

function ownerToken(harness: Harness, slot: "primaryKey" | "secondaryKey" = "primaryKey", keyName = OWNER): string {
  return sasToken(HOST, harness.policy(keyName)[slot], harness.nowMs / 1_000 + 3_600, keyName);
}

const group = {
  enrollmentGroupId: "machines",
  attestation: { type: "symmetricKey", symmetricKey: { primaryKey: KEY, secondaryKey: OTHER } },
};

async function withGroup(harness: Harness): Promise<RecordWire> {
  return (await backend(harness, "/enrollmentGroups/machines", { method: "PUT", body: group })).body;
}

describe("the published vectors", () => {
  it("derive and sign as they say", () => {
    expect(derivedKey(KEY, "sn-007")).toBe("54CJD1fmnlkmA/A62fmzztBIge/NyTeaS5FsXXWh2q4=");
    const service =
      "SharedAccessSignature sr=dps1.azure-devices-provisioning.net&sig=HyebFQ0aEF5MMiKKEGz8SESMrmjOC3BsKb48qxYZR44%3D&se=1767225600&skn=provisioningserviceowner";
    const device =
      "SharedAccessSignature sr=0ne00000012%2Fregistrations%2Fsn-007&sig=gI6kJcmg5DDmtjs%2FhOEo6dSkgqTK53ywGKGzLfmozu0%3D&se=1767225600&skn=registration";
    const parsed = [service, device].map((text) => parseSasToken(text));
    expect(parsed[0]).toMatchObject({
      resource: "dps1.azure-devices-provisioning.net",
      expiresAtMs: 1_767_225_600_000,
    });
    expect(parsed[0] && isSignedBy(parsed[0], KEY)).toBe(true);
    expect(parsed[0] && isSignedBy(parsed[0], OTHER)).toBe(false);
    expect(parsed[1] && isSignedBy(parsed[1], derivedKey(KEY, "sn-007"))).toBe(true);
    expect(sasToken("dps1.azure-devices-provisioning.net", KEY, 1_767_225_600, OWNER)).toBe(service);
  });
});

describe("signing in to the service's data plane", () => {
  it("takes both slots of a policy, by the host and by a path that begins with it", async () => {
    const harness = new Harness();
    await withGroup(harness);
    for (const slot of ["primaryKey", "secondaryKey"] as const) {
      expect((await backend(harness, "/enrollmentGroups/machines", { sas: ownerToken(harness, slot) })).status).toBe(
        200,
      );
    }
    const url = `https://127.0.0.1:8080/${HOST}/enrollmentGroups/machines?api-version=2021-10-01`;
    const reply = await harness.ask(url, { token: null, headers: { authorization: ownerToken(harness) } });
    expect(reply.status).toBe(200);
    const byHeader = await harness.ask("https://127.0.0.1:8080/enrollmentGroups/machines?api-version=2021-10-01", {
      token: null,
      headers: { authorization: ownerToken(harness), host: HOST },
    });
    expect(byHeader.status).toBe(200);
  });

  it.each<[string, (harness: Harness) => string]>([
    ["no token", () => ""],
    ["a bearer token", () => "Bearer abc"],
    ["an expired one", (harness) => sasToken(HOST, harness.policy(OWNER).primaryKey, harness.nowMs / 1_000, OWNER)],
    ["another key", (harness) => sasToken(HOST, KEY, harness.nowMs / 1_000 + 60, OWNER)],
    [
      "another host",
      (harness) => sasToken(`x${HOST}`, harness.policy(OWNER).primaryKey, harness.nowMs / 1_000 + 60, OWNER),
    ],
    [
      "an unknown policy",
      (harness) => sasToken(HOST, harness.policy(OWNER).primaryKey, harness.nowMs / 1_000 + 60, "x"),
    ],
    ["a changed expiry", (harness) => ownerToken(harness).replace(/se=\d+/, "se=9999999999")],
    ["a policy without the right", (harness) => ownerToken(harness, "primaryKey", "backend")],
  ])("refuses %s in the data plane's shape", async (_what, sas) => {
    const harness = new Harness();
    const reply = await backend(harness, "/enrollmentGroups/machines", {
      method: "PUT",
      body: group,
      sas: sas(harness),
    });
    expect(reply.status).toBe(401);
    expect(reply.body).toEqual({
      errorCode: 401_002,
      trackingId: expect.any(String),
      message: "Unauthorized",
      info: {},
      timestampUtc: "2026-11-21T04:00:00.000Z",
    });
  });

  it("refuses a replaced key at once, however long its tokens live, and takes the other slot on", async () => {
    const harness = new Harness();
    await withGroup(harness);
    const [old, other] = [ownerToken(harness), ownerToken(harness, "secondaryKey")];
    const whole = await harness.whole();
    const rules = (await harness.rules()).map((rule) => (rule.keyName === OWNER ? { ...rule, primaryKey: KEY } : rule));
    await harness.settle(
      await harness.put({ ...whole, properties: { ...whole.properties, authorizationPolicies: rules } }),
    );
    const status = async (sas: string) => (await backend(harness, "/enrollmentGroups/machines", { sas })).status;
    expect(await status(old)).toBe(401);
    expect(await status(other)).toBe(200);
    expect(await status(ownerToken(harness))).toBe(200);
    harness.emulator.otherWriter.write({ service: ids.service, newer: { disableLocalAuth: true } });
    expect(await status(other)).toBe(401);
  });

  it("reads with EnrollmentRead, but not keys, registrations or changes", async () => {
    const harness = new Harness();
    await withGroup(harness);
    const reader = ownerToken(harness, "secondaryKey", "backend");
    const status = async (path: string, ask: Ask = {}) =>
      (await backend(harness, path, { sas: reader, ...ask })).status;
    const mechanism = "/enrollmentGroups/machines/attestationmechanism";
    expect(await status("/enrollmentGroups/machines")).toBe(200);
    expect(
      await status("/enrollmentGroups/query", { method: "POST", body: { query: "SELECT * FROM enrollmentGroups" } }),
    ).toBe(200);
    expect(await status(mechanism, { method: "POST" })).toBe(401);
    expect(await status("/registrations/sn-007")).toBe(401);
    expect(await status("/enrollmentGroups/machines", { method: "DELETE" })).toBe(401);
    harness.emulator.configure({ attestationRight: "EnrollmentRead" });
    expect(await status(mechanism, { method: "POST" })).toBe(200);
  });

  it("refuses everything of a suspended service, unless told to serve", async () => {
    const harness = new Harness();
    harness.emulator.otherWriter.write({ service: ids.service, state: "Suspended" });
    expect(await backend(harness, "/enrollmentGroups/x")).toMatchObject({ status: 403, body: { errorCode: 403_004 } });
    harness.emulator.configure({ suspendedDataPlane: "serve" });
    expect((await backend(harness, "/enrollmentGroups/x")).body).toMatchObject({ errorCode: 404_201 });
    const bare = { token: null, headers: { authorization: ownerToken(harness) } };
    expect((await harness.ask(`https://${HOST}/enrollmentGroups/x`, bare)).status).toBe(400);
    expect((await backend(harness, "/nothing")).status).toBe(404);
    const none = await harness.ask("https://none.azure-devices-provisioning.net/enrollments/x?api-version=1", bare);
    expect(none.status).toBe(404);
  });
});

describe.each(["enrollmentGroups", "enrollments"] as const)("%s", (family) => {
  const idField = family === "enrollments" ? "registrationId" : "enrollmentGroupId";
  const body = {
    ...group,
    [idField]: "machines",
    enrollmentGroupId: undefined,
    ...(family === "enrollments" ? {} : { [idField]: "machines" }),
  };
  const path = `/${family}/machines`;

  it("hides keys in reads and gives them to the attestation mechanism", async () => {
    const harness = new Harness();
    const put = await backend(harness, path, { method: "PUT", body });
    expect(put.status).toBe(200);
    expect(put.headers.get("etag")).toBe(`"${put.body.etag}"`);
    const read = await backend(harness, path);
    expect(read.body).toMatchObject({
      [idField]: "machines",
      attestation: { type: "symmetricKey" },
      provisioningStatus: "enabled",
    });
    expect(read.text).not.toContain(KEY);
    const keys = await backend(harness, `${path}/attestationmechanism`, { method: "POST" });
    expect(keys.body).toEqual(group.attestation);
    const shouted = { method: "PUT", body: { ...body, [idField]: "MACHINES" }, headers: { "if-match": "*" } };
    expect((await backend(harness, path.replace("machines", "MACHINES"), shouted)).body).toMatchObject({
      [idField]: "machines",
    });
    expect((await backend(harness, path, { method: "DELETE" })).status).toBe(204);
    expect(await backend(harness, path)).toMatchObject({ status: 404, body: { errorCode: 404_201 } });
  });

  it("wants the etag in quotes: as the body has it, it is invalid", async () => {
    const harness = new Harness();
    const { etag } = (await backend(harness, path, { method: "PUT", body })).body;
    const put = async (match?: string) => {
      const headers = match === undefined ? {} : { "if-match": match };
      return (await backend(harness, path, { method: "PUT", body, headers })).status;
    };
    expect(await put()).toBe(409);
    expect(await put(etag)).toBe(400);
    expect(await put('"stale"')).toBe(412);
    expect(await put(`"${etag}"`)).toBe(200);
    expect(await put(`"${etag}"`)).toBe(412);
    expect(await put("*")).toBe(200);
    harness.emulator.configure({ unquotedEnrollmentEtag: "accept", enrollmentWithoutEtag: "accept" });
    expect(await put()).toBe(200);
    expect(await put(etag)).toBe(412);
  });

  it("is listed by a query, page by page, and changed in bulk", async () => {
    const harness = new Harness();
    const record = (id: string) => ({ ...body, [idField]: id });
    const bulk = (mode: string, ...items: object[]) =>
      backend(harness, `/${family}`, { method: "POST", body: { mode, [family]: items } });
    expect((await bulk("create", record("a"), record("b"), record("c"))).body).toEqual({
      isSuccessful: true,
      errors: [],
    });
    expect((await bulk("create", record("a"))).body).toMatchObject({
      isSuccessful: false,
      errors: [{ errorCode: 409_001 }],
    });
    expect((await bulk("update", record("x"))).body).toMatchObject({ errors: [{ errorCode: 404_201 }] });
    expect((await bulk("updateIfMatchETag", { ...record("a"), etag: "x" })).body).toMatchObject({
      errors: [{ errorCode: 412_001 }],
    });
    expect((await bulk("delete", record("b"))).body).toMatchObject({ isSuccessful: true });
    expect((await bulk("other")).status).toBe(400);
    const query = async (headers: Record<string, string> = {}) => {
      const url = `https://${HOST}/${family}/query?api-version=2021-10-01`;
      const sent = { authorization: ownerToken(harness), ...headers };
      return harness.ask<{ [name: string]: string }[]>(url, {
        method: "POST",
        body: { query: "select *" },
        token: null,
        headers: sent,
      });
    };
    const first = await query({ "x-ms-max-item-count": "1" });
    expect(first.body.map((each) => each[idField])).toEqual(["a"]);
    const next = await query({
      "x-ms-max-item-count": "1",
      "x-ms-continuation": first.headers.get("x-ms-continuation") ?? "",
    });
    expect(next.body.map((each) => each[idField])).toEqual(["c"]);
    expect(next.headers.get("x-ms-continuation")).toBeNull();
    expect((await query()).text).not.toContain(KEY);
  });

  it("refuses records that make no sense", async () => {
    const harness = new Harness();
    const put = async (sent: unknown) => (await backend(harness, path, { method: "PUT", body: sent })).status;
    expect(await put({ ...body, [idField]: "other" })).toBe(400);
    expect(await put({ [idField]: "machines" })).toBe(400);
    expect(await put({ ...body, attestation: { type: "magic" } })).toBe(400);
    expect(await put({ ...body, attestation: { type: "symmetricKey", symmetricKey: { primaryKey: "no" } } })).toBe(400);
    expect(await put({ ...body, attestation: { type: "x509", x509: { signingCertificates: {} } } })).toBe(200);
    expect((await backend(harness, path)).body.attestation).toMatchObject({ x509: {} });
  });
});

describe("devices", () => {
  const GLOBAL = "https://global.azure-devices-provisioning.net";
  const registrations = "0ne00000012/registrations";

  async function register(harness: Harness, id: string, key: string, prefix = GLOBAL) {
    const authorization = sasToken(`${registrations}/${id}`, key, harness.nowMs / 1_000 + 3_600, "registration");
    const ask = { token: null, headers: { authorization } };
    const path = `${prefix}/${registrations}/${id}`;
    const put = { ...ask, method: "PUT", body: { registrationId: id } };
    const accepted = await harness.ask<{ operationId: string }>(`${path}/register?api-version=2021-06-01`, put);
    if (accepted.status !== 202) return { status: accepted.status };
    const poll = () =>
      harness.ask<{ status: string; registrationState?: object }>(
        `${path}/operations/${accepted.body.operationId}?api-version=2021-06-01`,
        ask,
      );
    expect((await poll()).body.status).toBe("assigning");
    harness.tick(2_000);
    return (await poll()).body;
  }

  it("register with keys derived from either slot of their group", async () => {
    const harness = new Harness();
    await withGroup(harness);
    for (const key of [KEY, OTHER]) {
      expect(await register(harness, "sn-007", deviceKey(key, "sn-007"))).toMatchObject({
        status: "assigned",
        registrationState: { assignedHub: "hub-eu.azure-devices.net", deviceId: "sn-007", status: "assigned" },
      });
    }
    expect(await register(harness, "sn-008", deviceKey(KEY, "sn-007"))).toEqual({ status: 401 });
    expect(await register(harness, "sn-008", KEY)).toEqual({ status: 401 });
    const prefix = "https://127.0.0.1:9/global.azure-devices-provisioning.net";
    expect(await register(harness, "sn-009", deviceKey(KEY, "sn-009"), prefix)).toMatchObject({ status: "assigned" });
    const seen = await backend(harness, "/registrations/sn-007");
    expect(seen.body).toMatchObject({ registrationId: "sn-007", status: "assigned" });
    const all = await backend(harness, "/registrations/machines/query", { method: "POST", body: {} });
    expect(all.body).toHaveLength(2);
    expect((await backend(harness, "/registrations/sn-007", { method: "DELETE" })).status).toBe(204);
    expect((await backend(harness, "/registrations/sn-007")).body).toMatchObject({ errorCode: 404_202 });
  });

  it("register with the key of their own enrollment, unless it is disabled", async () => {
    const harness = new Harness();
    const own = { ...group, enrollmentGroupId: undefined, registrationId: "sn-1" };
    await backend(harness, "/enrollments/sn-1", { method: "PUT", body: own });
    expect(await register(harness, "sn-1", KEY)).toMatchObject({ status: "assigned" });
    const disabled = { ...own, provisioningStatus: "disabled" };
    await backend(harness, "/enrollments/sn-1", { method: "PUT", body: disabled, headers: { "if-match": "*" } });
    expect(await register(harness, "sn-1", KEY)).toEqual({ status: 401 });
  });

  it("are locked out when the slot they derive from is replaced", async () => {
    const harness = new Harness();
    await withGroup(harness);
    const symmetricKey = { primaryKey: Buffer.alloc(32, 1).toString("base64"), secondaryKey: OTHER };
    const body = { ...group, attestation: { type: "symmetricKey", symmetricKey } };
    await backend(harness, "/enrollmentGroups/machines", { method: "PUT", body, headers: { "if-match": "*" } });
    expect(await register(harness, "sn-007", deviceKey(KEY, "sn-007"))).toEqual({ status: 401 });
    expect(await register(harness, "sn-007", deviceKey(OTHER, "sn-007"))).toMatchObject({ status: "assigned" });
  });

  it("fail with IotHubUnauthorizedAccess after the hub's key was rotated, until the hub is linked again", async () => {
    const harness = new Harness();
    await withGroup(harness);
    const key = harness.emulator.otherWriter.rotateHubKey("hub-eu", "iothubowner", "primary");
    expect(await register(harness, "sn-007", deviceKey(KEY, "sn-007"))).toMatchObject({
      status: "failed",
      registrationState: { errorMessage: "IotHubUnauthorizedAccess" },
    });
    const whole = await harness.whole();
    await harness.settle(await harness.put(whole));
    expect(await register(harness, "sn-007", deviceKey(KEY, "sn-007"))).toMatchObject({ status: "failed" });
    const connectionString = `HostName=hub-eu.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=${key}`;
    const iotHubs = [{ connectionString, location: "westeurope" }];
    await harness.settle(await harness.put({ ...whole, properties: { ...whole.properties, iotHubs } }));
    expect(await register(harness, "sn-007", deviceKey(KEY, "sn-007"))).toMatchObject({ status: "assigned" });
    await harness.settle(await harness.put({ ...whole, properties: { ...whole.properties, iotHubs: [] } }));
    expect(await register(harness, "sn-007", deviceKey(KEY, "sn-007"))).toMatchObject({
      registrationState: { errorMessage: "IotHubNotFound" },
    });
    expect((await harness.get(servicePath)).status).toBe(200);
  });
});
