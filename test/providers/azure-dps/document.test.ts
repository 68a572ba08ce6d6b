import { describe, expect, test } from "vitest";
import { Secret } from "../../../lib/contracts/secret.ts";
import {
  hubIn,
  type Policy,
  policyIn,
  type ServiceDocument,
  withAllocationPolicy,
  withHub,
  withKeys,
  withoutHub,
  withoutPolicy,
  withPolicy,
  withSku,
  withTags,
} from "../../../lib/providers/azure-dps/document.ts";
import { editable } from "../../../lib/providers/azure-dps/editable.ts";
import { type Intended, requireIntended } from "../../../lib/providers/azure-dps/intended.ts";
import { canonicalRights, sameRights } from "../../../lib/providers/azure-dps/rights.ts";
import { aroundOf, seenOf } from "../../../lib/providers/azure-dps/seen.ts";
import { bodyOf } from "../../../lib/providers/azure-dps/service-body.ts";
import { policySchema, serviceSchema } from "../../../lib/providers/azure-dps/wire.ts";
import { newKey } from "./support.ts";

const link = (host: string, key = "****", keyName = "iothubowner") =>
  new Secret(`HostName=${host};SharedAccessKeyName=${keyName};SharedAccessKey=${key}`);
const policy = (keyName: string, fill: number, rights = "ServiceConfig, EnrollmentWrite"): Policy => ({
  keyName,
  rights,
  primaryKey: newKey(fill),
  secondaryKey: newKey(fill + 1),
});
const read: ServiceDocument = {
  name: "dps-eu",
  etag: "AAA=",
  location: "westeurope",
  sku: { name: "S1", capacity: 1 },
  tags: { a: "b" },
  allocationPolicy: "Static",
  iotHubs: [{ connectionString: link("hub-a.azure-devices.net"), location: "westeurope", allocationWeight: 3 }],
  policies: [policy("owner", 1), policy("backend", 3)],
};
const throwing = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("Expected an error, got none");
};
const bodyText = (document: ServiceDocument) => {
  const { text } = bodyOf(document);
  return JSON.parse(typeof text === "string" ? text : text.reveal());
};

describe("edits", () => {
  test("replace one key, both, or refuse", () => {
    const one = withKeys(read, "BACKEND", { secondary: newKey(9) });
    expect(policyIn(one, "backend").secondaryKey?.reveal()).toBe(newKey(9).reveal());
    expect(policyIn(one, "backend").primaryKey).toBe(policyIn(read, "backend").primaryKey);
    expect(policyIn(one, "owner")).toBe(policyIn(read, "owner"));
    expect(throwing(() => withKeys(read, "nobody", {}))).toMatchObject({ code: "policy-not-found" });
    expect(throwing(() => withKeys(read, "owner", { primary: new Secret("short") }))).toMatchObject({
      code: "key-not-base64",
    });
  });

  test("add a policy, or change one and keep the keys that are not named", () => {
    const added = withPolicy(read, { keyName: "fresh", rights: "DeviceConnect" });
    expect(added.policies?.map(({ keyName }) => keyName)).toEqual(["owner", "backend", "fresh"]);
    const changed = withPolicy(read, { keyName: "OWNER", rights: "DeviceConnect", primaryKey: newKey(8) });
    expect(policyIn(changed, "owner")).toEqual({
      ...policyIn(read, "owner"),
      rights: "DeviceConnect",
      primaryKey: newKey(8),
    });
    expect(policyIn(changed, "owner").keyName).toBe("owner");
    expect(policyIn(changed, "owner").secondaryKey).toBe(policyIn(read, "owner").secondaryKey);
    expect(withoutPolicy(read, "Owner").policies).toHaveLength(1);
    expect(throwing(() => withoutPolicy(read, "x"))).toMatchObject({ code: "policy-not-found" });
  });

  test("link, change and unlink hubs, with a mask only for what is there", () => {
    const real = { connectionString: link("hub-b.azure-devices.net", "abc="), location: "westeurope" };
    expect(withHub(read, real).iotHubs).toHaveLength(2);
    const host = "HUB-A.azure-devices.net";
    const relinked = withHub(read, {
      connectionString: link("hub-a.azure-devices.net", "new="),
      location: "westeurope",
    });
    expect(hubIn(relinked, host)).toMatchObject({ allocationWeight: 3 });
    expect(hubIn(relinked, host)?.connectionString.reveal()).toContain("new=");
    const masked = { connectionString: link(host), location: "westeurope", allocationWeight: 5 };
    expect(hubIn(withHub(read, masked), host)).toMatchObject({ allocationWeight: 5 });
    for (const connectionString of [link("hub-c.azure-devices.net"), link(host, "****", "service")]) {
      expect(throwing(() => withHub(read, { connectionString, location: "x" }))).toMatchObject({
        code: "hub-key-masked",
      });
    }
    expect(throwing(() => withHub(read, { connectionString: new Secret("nonsense"), location: "x" }))).toMatchObject({
      code: "connection-string-unreadable",
    });
    expect(withoutHub(read, host).iotHubs).toEqual([]);
    expect(throwing(() => withoutHub(read, "none.azure-devices.net"))).toMatchObject({ code: "hub-not-linked" });
  });

  test("are pure", () => {
    const before = JSON.stringify(bodyText(read));
    withTags(
      withSku(withAllocationPolicy(withoutHub(withoutPolicy(read, "owner"), "hub-a.azure-devices.net"), "Hashed"), {
        name: "S1",
      }),
      {},
    );
    expect(JSON.stringify(bodyText(read))).toBe(before);
  });
});

describe("the last look before a write", () => {
  const hub = read.iotHubs?.[0] ?? { connectionString: link("x.y"), location: "x" };
  const changes: readonly (readonly [string, ServiceDocument, Intended])[] = [
    ["one key", withKeys(read, "owner", { primary: newKey(9) }), { policies: { OWNER: ["primaryKey"] } }],
    ["rights", withPolicy(read, { keyName: "owner", rights: "DeviceConnect" }), { policies: { owner: ["rights"] } }],
    ["a new policy", withPolicy(read, policy("x", 5)), { policies: { x: ["added"] } }],
    [
      "a new policy without keys",
      withPolicy(read, { keyName: "x", rights: "DeviceConnect" }),
      { policies: { x: ["added"] } },
    ],
    ["no policy", withoutPolicy(read, "owner"), { policies: { owner: ["removed"] } }],
    ["tags", withTags(read, {}), { tags: true }],
    ["allocation", withAllocationPolicy(read, "Hashed"), { allocationPolicy: true }],
    ["the SKU", withSku(read, { name: "S1", capacity: 2 }), { sku: true }],
    ["a hub", withoutHub(read, "hub-a.azure-devices.net"), { hubs: ["HUB-A.azure-devices.net"] }],
  ];
  test.each(changes)("lets through what was asked for, and nothing else: %s", (_, written, intended) => {
    requireIntended(read, written, intended);
    expect(throwing(() => requireIntended(read, written, {}))).toMatchObject({
      code: "unintended-change",
      effect: "none",
    });
  });

  test.each([
    ["both keys for one", withKeys(read, "owner", { primary: newKey(9), secondary: newKey(9) })],
    ["another policy's key", withKeys(read, "backend", { primary: newKey(9) })],
    [
      "a policy without a key",
      {
        ...read,
        policies: [
          { keyName: "owner", rights: "ServiceConfig, EnrollmentWrite", primaryKey: newKey(9) },
          policy("backend", 3),
        ],
      },
    ],
    [
      "a policy without the very key",
      {
        ...read,
        policies: [
          { keyName: "owner", rights: "ServiceConfig, EnrollmentWrite", secondaryKey: newKey(2) },
          policy("backend", 3),
        ],
      },
    ],
    [
      "an empty key",
      { ...read, policies: [{ ...policy("owner", 1), secondaryKey: new Secret("") }, policy("backend", 3)] },
    ],
    ["a policy twice", { ...read, policies: [policy("owner", 1), policy("Owner", 1), policy("backend", 3)] }],
    ["a policy's name", { ...read, policies: [policy("Owner", 1), policy("backend", 3)] }],
    [
      "rights, though they imply the same",
      withPolicy(read, { keyName: "owner", rights: "ServiceConfig, EnrollmentWrite, EnrollmentRead" }),
    ],
    ["policies left out", { ...read, policies: undefined }],
    ["no policies", { ...read, policies: [] }],
    ["hubs left out", { ...read, iotHubs: undefined }],
    ["a hub's weight", { ...read, iotHubs: [{ ...hub, allocationWeight: 4 }] }],
    ["a hub's text", { ...read, iotHubs: [{ ...hub, connectionString: link("hub-a.azure-devices.net", "***") }] }],
    ["tags left out", { ...read, tags: undefined }],
    ["the location", { ...read, location: "northeurope" }],
    ["newer settings", { ...read, newer: { properties: { a: 1 }, top: {} } }],
  ])("refuses %s when one key was asked for", (_, written) => {
    const intended: Intended = { policies: { owner: ["primaryKey"] } };
    const document = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
    const error = throwing(() => requireIntended(read, document as ServiceDocument, intended));
    expect(error).toMatchObject({ name: "PermanentError", code: "unintended-change" });
  });

  test("reads the same twice, whatever the order", () => {
    requireIntended(read, { ...read, policies: (read.policies ?? []).toReversed() }, {});
  });
});

describe("what is seen of a service", () => {
  test("is the same for the same, in another order and with implied rights", () => {
    const twin: ServiceDocument = {
      ...read,
      location: "West Europe",
      policies: [policy("backend", 3, "enrollmentwrite,SERVICECONFIG , EnrollmentRead"), policy("OWNER", 1)],
    };
    expect(seenOf(twin, "backend")).toEqual(seenOf(read, "BackEnd"));
  });

  test.each([
    ["policies", withKeys(read, "owner", { primary: newKey(9) })],
    ["policies", withPolicy(read, { keyName: "backend", rights: "DeviceConnect" })],
    ["policies", withoutPolicy(read, "owner")],
    ["hubs", withoutHub(read, "hub-a.azure-devices.net")],
    [
      "hubs",
      withHub(read, { connectionString: link("hub-a.azure-devices.net", "k=", "service"), location: "westeurope" }),
    ],
    ["tags", withTags(read, { a: "c" })],
    ["allocation", withAllocationPolicy(read, "Hashed")],
    ["sku", withSku(read, { name: "S1", capacity: 2 })],
  ])("differs in %s alone", (area, changed) => {
    const [before, after] = [aroundOf(read, "backend"), aroundOf(changed, "backend")];
    expect(Object.keys(before).filter((name) => before[name] !== after[name])).toEqual([area]);
  });

  test("leaves the policy's own keys to their fingerprints", () => {
    const changed = seenOf(withKeys(read, "backend", { primary: newKey(9), secondary: newKey(10) }), "backend");
    expect(changed.around).toEqual(seenOf(read, "backend").around);
    expect(changed.fingerprints).not.toEqual(seenOf(read, "backend").fingerprints);
    expect(changed.fingerprints.primary).toMatch(/^[0-9a-f]{16}$/);
    expect(aroundOf(withKeys(read, "backend", { primary: newKey(9) }))).not.toEqual(aroundOf(read));
  });

  test("compares rights as sets without what is implied", () => {
    expect(sameRights("EnrollmentWrite", "enrollmentread, RegistrationStatusWrite,EnrollmentWrite")).toBe(true);
    expect(sameRights("EnrollmentRead", "EnrollmentWrite")).toBe(false);
    expect(sameRights("RegistrationStatusWrite", "RegistrationStatusRead, RegistrationStatusWrite")).toBe(true);
    expect(canonicalRights("")).toBe("");
  });
});

describe("a body made of reads", () => {
  const description = (over: object = {}, properties: object = {}) =>
    serviceSchema.parse({
      name: "dps-eu",
      location: "westeurope",
      sku: { name: "S1", tier: "Standard", capacity: 2 },
      resourcegroup: "iot-eu",
      subscriptionid: "x",
      systemData: { createdBy: "somebody" },
      ...over,
      properties: {
        state: "Active",
        provisioningState: "Succeeded",
        idScope: "0ne1",
        authorizationPolicies: [],
        ...properties,
      },
    });
  const keys = [
    policySchema.parse({ keyName: "owner", rights: "ServiceConfig", primaryKey: "aaaa", secondaryKey: "bbbb" }),
  ];
  const made = (apiVersion: string, over: object = {}, properties: object = {}) =>
    bodyText(editable(description(over, properties), keys, { name: "dps-eu", apiVersion }));

  test("holds what the version models, and nothing else", () => {
    expect(made("2017-11-15")).toEqual({
      location: "westeurope",
      sku: { name: "S1", capacity: 2 },
      properties: {
        authorizationPolicies: [
          { keyName: "owner", rights: "ServiceConfig", primaryKey: "aaaa", secondaryKey: "bbbb" },
        ],
      },
    });
    const newer = {
      publicNetworkAccess: "Disabled",
      ipFilterRules: [],
      enableDataResidency: false,
      disableLocalAuth: false,
      deviceRegistryNamespace: { resourceId: "r" },
    };
    const top = { identity: { type: "SystemAssigned" } };
    const settings = (apiVersion: string) => {
      const { identity, properties } = made(apiVersion, top, newer);
      return Object.keys({ ...properties, ...(identity && { identity }) })
        .filter((name) => name !== "authorizationPolicies")
        .toSorted();
    };
    expect(settings("2017-11-15")).toEqual([]);
    expect(settings("2020-03-01")).toEqual(["ipFilterRules", "publicNetworkAccess"]);
    expect(settings("2022-12-12")).toEqual(["enableDataResidency", "ipFilterRules", "publicNetworkAccess"]);
    expect(settings("2025-02-01-preview")).toEqual([
      "deviceRegistryNamespace",
      "enableDataResidency",
      "identity",
      "ipFilterRules",
      "publicNetworkAccess",
    ]);
    expect(settings("2026-08-31")).toEqual([
      "disableLocalAuth",
      "enableDataResidency",
      "identity",
      "ipFilterRules",
      "publicNetworkAccess",
    ]);
  });

  test.each([
    [{ name: "h", location: "westeurope" }],
    [{ name: "h", connectionString: "HostName=h.x;SharedAccessKeyName=n;SharedAccessKey=****" }],
    [
      {
        name: "h",
        location: "x",
        connectionString: "HostName=h.x;SharedAccessKeyName=n;SharedAccessKey=****",
        authenticationType: "SystemAssigned",
      },
    ],
  ])("is refused for a hub that cannot be written: %j", (hub) => {
    expect(throwing(() => made("2017-11-15", {}, { iotHubs: [hub] }))).toMatchObject({ code: "would-reset" });
  });
});
