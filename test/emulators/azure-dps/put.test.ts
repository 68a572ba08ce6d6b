import { describe, expect, it } from "vitest";
import type { SettingsPatch } from "../../../emulators/azure-dps/index.ts";
import { Harness, ids, OWNER, scenario, servicePath, servicesPath } from "./harness.ts";

const sku = { name: "S1", capacity: 1 };
const newPath = `${servicesPath}/dps-new`;

describe("creating a service", () => {
  it("answers 201 with an operation, and has the service at its end", async () => {
    const harness = new Harness();
    const reply = await harness.put({ location: "East US", sku, tags: {}, properties: {} }, {}, newPath);
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      location: "eastus",
      properties: { state: "Activating", provisioningState: "Accepted", idScope: null, allocationPolicy: "Hashed" },
    });
    expect(reply.body.properties).not.toHaveProperty("authorizationPolicies");
    expect(reply.headers.get("location")).toBeNull();
    expect(reply.headers.get("retry-after")).toBeNull();
    expect((await harness.get(newPath)).body.properties).toMatchObject({ state: "Activating", idScope: null });
    expect((await harness.ask(`${newPath}/listkeys`, { method: "POST" })).status).toBe(409);
    expect(harness.emulator.state.policies("dps-new")).toEqual([]);
    expect((await harness.settle(reply)).body).toEqual({ status: "Succeeded" });
    const { body } = await harness.get(newPath);
    expect(body.properties).toMatchObject({ state: "Active", provisioningState: "Succeeded" });
    expect(body.properties.idScope).toMatch(/^0ne[0-9A-F]{8}$/);
    expect(harness.emulator.state.policies("dps-new")).toMatchObject([
      { keyName: OWNER, rights: ["ServiceConfig", "DeviceConnect", "EnrollmentWrite"] },
    ]);
  });

  it.each([
    ["no sku", { sku: undefined }],
    ["another sku", { sku: { name: "S2" } }],
    ["a capacity of none", { sku: { name: "S1", capacity: 0 } }],
    ["no properties", { properties: undefined }],
    ["an unknown allocation policy", { properties: { allocationPolicy: "Random" } }],
    ["policies that are no list", { properties: { authorizationPolicies: {} } }],
    ["a policy without a name", { properties: { authorizationPolicies: [{ rights: "ServiceConfig" }] } }],
    [
      "a policy with an unknown right",
      { properties: { authorizationPolicies: [{ keyName: "a", rights: "Everything" }] } },
    ],
    [
      "the same policy twice",
      {
        properties: {
          authorizationPolicies: [
            { keyName: "a", rights: "ServiceConfig" },
            { keyName: "A", rights: "ServiceConfig" },
          ],
        },
      },
    ],
    [
      "a key that is not base64",
      { properties: { authorizationPolicies: [{ keyName: "a", rights: "ServiceConfig", primaryKey: "not base64!" }] } },
    ],
    ["a hub without a connection string", { properties: { iotHubs: [{ location: "eastus" }] } }],
    [
      "a masked string of a hub that is not linked",
      {
        properties: {
          iotHubs: [
            {
              location: "eastus",
              connectionString: "HostName=x.azure-devices.net;SharedAccessKeyName=a;SharedAccessKey=****",
            },
          ],
        },
      },
    ],
    ["a tag that is no text", { tags: { a: 1 } }],
  ])("refuses %s with the provider's numeric error", async (_what, change) => {
    const harness = new Harness();
    const body = { location: "eastus", sku, properties: {}, ...change };
    const reply = await harness.put(body, { offContract: true }, newPath);
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({
      code: expect.any(Number),
      httpStatusCode: "BadRequest",
      message: expect.stringMatching(
        /correlation identifier: .*, timestamp: \d\d\/\d\d\/2026 04:00:00, errorcode: IH\d{6}\.$/,
      ),
    });
    expect(harness.emulator.state.service("dps-new")).toBeNull();
  });

  it("refuses a body without location, that is no JSON, a bad name and a taken one", async () => {
    const harness = new Harness();
    const offContract = true;
    const envelope = (code: string) => ({ status: 400, body: { error: { code } } });
    expect(await harness.put({ sku, properties: {} }, { offContract })).toMatchObject(envelope("LocationRequired"));
    expect(await harness.put("{", { offContract })).toMatchObject(envelope("InvalidRequestContent"));
    const body = { location: "eastus", sku, properties: {} };
    expect((await harness.put(body, {}, `${servicesPath}/-no`)).status).toBe(400);
    const elsewhere = servicePath.replace(ids.group, ids.otherGroup);
    expect((await harness.put(body, {}, elsewhere)).status).toBe(409);
    const moved = await harness.put({ ...body, location: "westus" });
    expect(moved).toMatchObject({ status: 409, body: { error: { code: "InvalidResourceLocation" } } });
  });

  it("refuses data residency where the region has none", async () => {
    const harness = new Harness();
    const body = { location: "West US", sku, properties: { enableDataResidency: true } };
    const reply = await harness.put(body, { apiVersion: "2021-10-15" }, newPath);
    expect(reply).toMatchObject({ status: 400, body: { code: 400_309 } });
    expect((await harness.put(body, { offContract: true }, newPath)).status).toBe(201);
  });
});

describe("what a PUT leaves out and sends", () => {
  it("changes nothing before its operation ends, and everything then", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    const before = harness.policy("backend");
    const etag = (await harness.get()).body.etag;
    const key = Buffer.alloc(32, 7).toString("base64");
    const rules = await harness.rules();
    const authorizationPolicies = rules.map((rule) =>
      rule.keyName === "backend" ? { ...rule, secondaryKey: key } : rule,
    );
    const reply = await harness.put({ ...whole, etag, properties: { ...whole.properties, authorizationPolicies } });
    expect(reply.body.etag).toBe(etag);
    expect(reply.body.properties.authorizationPolicies).toEqual(authorizationPolicies);
    expect(harness.policy("backend")).toEqual(before);
    expect((await harness.get()).body.properties).toMatchObject({
      state: "Transitioning",
      provisioningState: "Accepted",
    });
    harness.tick(14_999);
    expect(harness.policy("backend")).toEqual(before);
    harness.tick(1);
    expect(harness.policy("backend")).toMatchObject({ primaryKey: before.primaryKey, secondaryKey: key });
    const { body } = await harness.get();
    expect(body.etag).not.toBe(etag);
    expect(body.properties).toMatchObject({ state: "Active", provisioningState: "Succeeded", idScope: "0ne00000012" });
    expect(body.properties).not.toHaveProperty("authorizationPolicies");
    expect(harness.emulator.state.linkWorks(ids.service, "hub-eu")).toBe(true);
  });

  it("loses key values when policies are absent, unless told to keep them", async () => {
    const harness = new Harness();
    const { properties, ...rest } = await harness.whole();
    const { authorizationPolicies: _omitted, ...others } = properties;
    const before = harness.policy(OWNER);
    await harness.putAndWait({ ...rest, properties: others });
    expect(harness.emulator.state.policies(ids.service).map(({ keyName }) => keyName)).toEqual([OWNER, "backend"]);
    const after = harness.policy(OWNER);
    expect(after.primaryKey).not.toBe(before.primaryKey);
    expect(after.secondaryKey).not.toBe(before.secondaryKey);
    harness.emulator.configure({ absentPolicies: "keep" });
    await harness.putAndWait({ ...rest, properties: others });
    expect(harness.policy(OWNER)).toEqual(after);
  });

  it("deletes every policy that a sent list misses, and all with an empty one unless told otherwise", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    const [owner] = await harness.rules();
    await harness.putAndWait({ ...whole, properties: { ...whole.properties, authorizationPolicies: [owner] } });
    expect(harness.emulator.state.policies(ids.service).map(({ keyName }) => keyName)).toEqual([OWNER]);
    const emptied = { ...whole, properties: { ...whole.properties, authorizationPolicies: [] } };
    await harness.putAndWait(emptied);
    expect(harness.emulator.state.policies(ids.service)).toEqual([]);
    const kept = new Harness();
    kept.emulator.configure({ emptyPolicies: "keep" });
    await kept.putAndWait(emptied);
    expect(kept.emulator.state.policies(ids.service)).toHaveLength(2);
  });

  it("makes new keys for a policy sent without, known or not, unless told to keep them", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    const [owner, backend] = await harness.rules();
    const bare = { keyName: "backend", rights: "EnrollmentRead" };
    const added = { keyName: "added", rights: "RegistrationStatusRead" };
    const body = { ...whole, properties: { ...whole.properties, authorizationPolicies: [owner, bare, added] } };
    const reply = await harness.put(body);
    const echoed = reply.body.properties.authorizationPolicies ?? [];
    await harness.settle(reply);
    expect(await harness.rules()).toEqual(echoed);
    expect(harness.policy("backend").primaryKey).not.toBe(backend?.primaryKey);
    expect(harness.policy("backend").secondaryKey).not.toBe(backend?.secondaryKey);
    expect(Buffer.from(harness.policy("added").primaryKey, "base64")).toHaveLength(32);
    harness.emulator.configure({ missingKeys: "keep" });
    const kept = harness.policy("backend");
    const one = { ...bare, primaryKey: Buffer.alloc(32, 9).toString("base64") };
    await harness.putAndWait({ ...whole, properties: { ...whole.properties, authorizationPolicies: [owner, one] } });
    expect(harness.policy("backend")).toMatchObject({ primaryKey: one.primaryKey, secondaryKey: kept.secondaryKey });
  });

  it("removes absent tags and falls back to Hashed without an allocation policy", async () => {
    const harness = new Harness();
    const { tags: _tags, ...whole } = await harness.whole();
    const { allocationPolicy: _policy, ...properties } = whole.properties;
    const body = await harness.putAndWait({ ...whole, properties });
    expect(body).toMatchObject({ tags: {}, properties: { allocationPolicy: "Hashed" } });
    const kept = new Harness();
    kept.emulator.configure({ absentAllocationPolicy: "keep" });
    expect((await kept.putAndWait({ ...whole, properties })).properties.allocationPolicy).toBe("Static");
  });

  it("unlinks hubs that are absent, or with an empty list, and keeps absent ones when told to", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    const { iotHubs: _hubs, ...properties } = whole.properties;
    expect((await harness.putAndWait({ ...whole, properties })).properties.iotHubs).toEqual([]);
    const kept = new Harness();
    kept.emulator.configure({ absentHubs: "keep" });
    expect((await kept.putAndWait({ ...whole, properties })).properties.iotHubs).toHaveLength(1);
    const other = new Harness();
    const emptied = { ...whole, properties: { ...whole.properties, iotHubs: [] } };
    expect((await other.putAndWait(emptied)).properties.iotHubs).toEqual([]);
  });

  it.each([
    ["the same policy", "iothubowner", {}, true],
    ["the same policy, with the stars taken at their word", "iothubowner", { maskedHub: "store-mask" }, false],
    ["another policy", "service", {}, false],
  ] as const)("shows hubs masked and takes the mask back for %s", async (_what, keyName, settings, works) => {
    const harness = new Harness();
    harness.emulator.configure(settings);
    const whole = await harness.whole();
    const masked = (name: string) =>
      `HostName=hub-eu.azure-devices.net;SharedAccessKeyName=${name};SharedAccessKey=****`;
    expect(whole.properties["iotHubs"]).toMatchObject([{ connectionString: masked("iothubowner") }]);
    const iotHubs = [{ connectionString: masked(keyName), location: "westeurope", allocationWeight: 5 }];
    const body = await harness.putAndWait({ ...whole, properties: { ...whole.properties, iotHubs } });
    expect(body.properties.iotHubs).toMatchObject([{ connectionString: masked(keyName), allocationWeight: 5 }]);
    expect(harness.emulator.state.linkWorks(ids.service, "hub-eu")).toBe(works);
  });

  it("stores the stars with another policy, even one that has the same key, unless told to keep the secret", async () => {
    const primaryKey = Buffer.alloc(32, 6).toString("base64");
    const policies = ["iothubowner", "service"].map((keyName) => ({ keyName, primaryKey }));
    const hubs = scenario.hubs?.map((hub) => ({ ...hub, policies })) ?? [];
    const connectionString = "HostName=hub-eu.azure-devices.net;SharedAccessKeyName=service;SharedAccessKey=****";
    const iotHubs = [{ connectionString, location: "westeurope" }];
    const works = async (settings: SettingsPatch) => {
      const harness = new Harness({ scenario: { ...scenario, hubs } });
      harness.emulator.configure(settings);
      const whole = await harness.whole();
      await harness.putAndWait({ ...whole, properties: { ...whole.properties, iotHubs } });
      return harness.emulator.state.linkWorks(ids.service, "hub-eu");
    };
    expect(await works({})).toBe(false);
    expect(await works({ maskedHubOtherKeyName: "keep-secret" })).toBe(true);
  });

  it("refuses the mask with another policy when told to", async () => {
    const harness = new Harness();
    harness.emulator.configure({ maskedHubOtherKeyName: "refuse-400" });
    const whole = await harness.whole();
    const connectionString = "HostName=hub-eu.azure-devices.net;SharedAccessKeyName=service;SharedAccessKey=****";
    const iotHubs = [{ connectionString, location: "westeurope" }];
    expect((await harness.put({ ...whole, properties: { ...whole.properties, iotHubs } })).status).toBe(400);
  });

  it("resets what its api-version does not know, which only newer versions show", async () => {
    const harness = new Harness();
    const newer = { publicNetworkAccess: "Disabled", disableLocalAuth: true };
    harness.emulator.otherWriter.write({ service: ids.service, newer });
    const seen = async (apiVersion: string) => (await harness.get(servicePath, { apiVersion })).body.properties;
    expect(await seen("2017-11-15")).not.toHaveProperty("publicNetworkAccess");
    expect(await seen("2020-03-01")).toMatchObject({ publicNetworkAccess: "Disabled" });
    expect(await seen("2020-03-01")).not.toHaveProperty("disableLocalAuth");
    expect(await seen("2026-08-31")).toMatchObject(newer);
    await harness.putAndWait(await harness.whole());
    expect(await seen("2026-08-31")).not.toHaveProperty("disableLocalAuth");
    expect(await seen("2026-08-31")).not.toHaveProperty("publicNetworkAccess");
    harness.emulator.configure({ newerProperties: "keep" });
    harness.emulator.otherWriter.write({ service: ids.service, newer });
    await harness.putAndWait(await harness.whole());
    expect(await seen("2026-08-31")).toMatchObject(newer);
  });

  it("collapses implied rights on every read", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    const rights = "EnrollmentRead, EnrollmentWrite, RegistrationStatusRead, RegistrationStatusWrite";
    const rules = (await harness.rules()).map((rule) => (rule.keyName === "backend" ? { ...rule, rights } : rule));
    await harness.putAndWait({ ...whole, properties: { ...whole.properties, authorizationPolicies: rules } });
    expect((await harness.rules()).map((rule) => rule.rights)).toEqual([
      "ServiceConfig, DeviceConnect, EnrollmentWrite",
      "EnrollmentWrite",
    ]);
    harness.emulator.configure({ collapsedRights: false });
    expect((await harness.rules())[1]?.rights).toBe(rights);
  });

  it("shows an empty list of policies in reads when told to", async () => {
    const harness = new Harness();
    harness.emulator.configure({ policiesInGet: "empty" });
    expect((await harness.get()).body.properties.authorizationPolicies).toEqual([]);
  });
});
