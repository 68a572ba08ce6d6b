import { afterEach, describe, expect, test } from "vitest";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { canaryPrefix, DpsWorld, type DpsWorldOptions, hubHost, resourceGroup, service } from "./dps-world.ts";

const worlds: DpsWorld[] = [];
function dps(options: DpsWorldOptions = {}): DpsWorld {
  const made = new DpsWorld({ mode: "cloud" }, options);
  worlds.push(made);
  return made;
}
afterEach(() => {
  for (const made of worlds.splice(0)) {
    expect(made.traffic.breaches()).toEqual([]);
    expect(made.leaks()).toEqual([]);
    expect(wrongAtTheEnd(made.world.store)).toEqual([]);
  }
});

const key = (fill: number) => Buffer.alloc(32, fill).toString("base64");
const linkTo = (host: string, keyName: string, value: string) =>
  `HostName=${host};SharedAccessKeyName=${keyName};SharedAccessKey=${value}`;
const backend = { keyName: "backend", rights: "EnrollmentWrite" };
const added = { keyName: "reader", rights: "EnrollmentRead" };

describe("put-policy", () => {
  test("adds one whose keys the service makes, and leaves everything else as it is", async () => {
    const all = dps();
    const before = all.config;
    const row = await all.end("put-policy", { policy: added });
    expect(row).toMatchObject({
      outcome: "succeeded",
      result: { changed: true, policy: "reader", rights: "EnrollmentRead" },
    });
    const { policies = [], ...rest } = all.config ?? {};
    expect(policies.at(-1)).toMatchObject({ keyName: "reader", primaryKey: expect.stringContaining(canaryPrefix) });
    expect({ ...rest, policies: policies.slice(0, -1) }).toEqual(before);
    expect(all.emulator.state.acceptedWrites()).toBe(1);
  });

  test("changes rights and keeps the keys; the same again changes nothing", async () => {
    const all = dps();
    const before = all.emulator.state.policy(service, "backend");
    expect(await all.end("put-policy", { policy: { ...backend, rights: "EnrollmentRead" } })).toMatchObject({
      outcome: "succeeded",
    });
    expect(all.emulator.state.policy(service, "backend")).toEqual({ ...before, rights: ["EnrollmentRead"] });
    const again = await all.end("put-policy", { policy: { keyName: "BACKEND", rights: "enrollmentread" } }, "two");
    expect(again).toMatchObject({ outcome: "succeeded", result: { changed: false, policy: "backend" } });
    expect(all.emulator.state.acceptedWrites()).toBe(1);
  });

  test("takes rights that come back without the implied ones for what was asked", async () => {
    const all = dps();
    const rights = "EnrollmentRead, EnrollmentWrite, RegistrationStatusRead, RegistrationStatusWrite";
    expect(await all.end("put-policy", { policy: { keyName: "all", rights } })).toMatchObject({ outcome: "succeeded" });
    expect(await all.end("put-policy", { policy: { keyName: "all", rights: "EnrollmentWrite" } }, "two")).toMatchObject(
      {
        result: { changed: false },
      },
    );
  });

  test("puts given keys in place", async () => {
    const all = dps();
    all.vault.set("vault:dps-key", key(1));
    const policy = { ...backend, secondaryKey: { $secret: "vault:dps-key" } };
    const before = all.emulator.state.policy(service, "backend");
    expect(await all.end("put-policy", { policy })).toMatchObject({ outcome: "succeeded" });
    expect(all.emulator.state.policy(service, "backend")).toEqual({ ...before, secondaryKey: key(1) });
    expect(JSON.stringify(all.row("one"))).not.toContain(key(1));
    expect(await all.end("put-policy", { policy }, "two")).toMatchObject({ result: { changed: false } });
  });

  test.each([
    ["too short", Buffer.alloc(15).toString("base64"), "key-too-short"],
    ["too long", Buffer.alloc(65).toString("base64"), "key-too-long"],
    ["no base64", "not a key at all, is it", "key-not-base64"],
  ])("refuses a key that is %s", async (_, value, code) => {
    const all = dps();
    all.vault.set("vault:dps-key", value);
    const row = await all.end("put-policy", { policy: { ...backend, primaryKey: { $secret: "vault:dps-key" } } });
    expect(row).toMatchObject({ outcome: "failed", code });
    expect(JSON.stringify(row)).not.toContain(value);
    expect(all.emulator.calls("IotDpsResource_CreateOrUpdate")).toBe(0);
  });

  test("asks the vault for nothing that the connection does not allow", async () => {
    const all = dps();
    all.vault.set("vault:other", key(1));
    const row = await all.end("put-policy", { policy: { ...backend, primaryKey: { $secret: "vault:other" } } });
    expect(row).toMatchObject({
      outcome: "failed",
      code: "secret-not-permitted",
      reason: expect.stringContaining("vault:other"),
    });
  });

  test("says that a service says Succeeded and shows something else", async () => {
    const all = dps({ scenario: { outcomes: [{ result: "succeeded", takesEffect: false }] } });
    expect(await all.end("put-policy", { policy: added })).toMatchObject({ outcome: "failed", code: "not-in-force" });
  });
});

describe("a write of a service without an ETag", () => {
  test.each([
    ["tag-service", { tags: { owner: "tea" } }],
    ["put-policy", { policy: added }],
    ["delete-policy", { policy: "backend" }],
    ["delete-service", {}],
  ])("is refused: %s", async (type, data) => {
    const all = dps({ withoutEtag: true });
    expect(await all.end(type, data)).toMatchObject({ outcome: "failed", code: "no-etag" });
    expect(all.emulator.state.acceptedWrites()).toBe(0);
  });

  test("is none where all is as it was asked for, or where the service is new", async () => {
    const all = dps({ withoutEtag: true });
    expect(await all.end("tag-service", { tags: { owner: "coffee" } })).toMatchObject({ outcome: "succeeded" });
    const sku = { name: "S1", capacity: 1 };
    const made = { service: "dps-new", location: "westeurope", sku };
    expect(await all.end("put-service", made, "two")).toMatchObject({ outcome: "succeeded" });
  });
});

describe("delete-policy", () => {
  test("removes that one alone; gone already is done", async () => {
    const all = dps();
    expect(await all.end("delete-policy", { policy: "Backend" })).toMatchObject({
      outcome: "succeeded",
      result: { changed: true },
    });
    expect(all.emulator.state.policies(service).map(({ keyName }) => keyName)).toEqual(["provisioningserviceowner"]);
    expect(await all.end("delete-policy", { policy: "backend" }, "two")).toMatchObject({ result: { changed: false } });
    expect(await all.end("delete-policy", { policy: "provisioningserviceowner" }, "three")).toMatchObject({
      outcome: "failed",
      code: "only-policy",
    });
    expect(all.emulator.state.acceptedWrites()).toBe(1);
  });
});

describe("relink-hub", () => {
  const data = { hub: hubHost, connectionString: { $secret: "vault:dps-hub" } };

  test("makes the link work again, with its weight and allocation as they were", async () => {
    const all = dps();
    const before = all.config;
    const fresh = all.emulator.otherWriter.rotateHubKey("hub-eu", "iothubowner", "primary");
    expect(all.emulator.state.linkWorks(service, "hub-eu")).toBe(false);
    all.vault.set("vault:dps-hub", linkTo(hubHost, "iothubowner", fresh));
    expect(await all.end("relink-hub", data)).toMatchObject({
      outcome: "succeeded",
      result: { changed: true, hub: hubHost },
    });
    expect(all.emulator.state.linkWorks(service, "hub-eu")).toBe(true);
    const [link] = before?.hubs ?? [];
    expect(all.config).toEqual({ ...before, hubs: [{ ...link, key: fresh }] });
  });

  test.each([
    ["has a mask for its key", linkTo(hubHost, "iothubowner", "****"), "hub-key-masked"],
    ["has no key", `HostName=${hubHost};SharedAccessKeyName=iothubowner`, "connection-string-unreadable"],
    ["has no host", `SharedAccessKeyName=iothubowner;SharedAccessKey=${key(1)}`, "connection-string-unreadable"],
    ["is another hub's", linkTo("hub-us.azure-devices.net", "service", key(1)), "other-hub"],
  ])("refuses a string that %s", async (_, value, code) => {
    const all = dps();
    all.vault.set("vault:dps-hub", value);
    const row = await all.end("relink-hub", data);
    expect(row).toMatchObject({ outcome: "failed", code });
    expect(JSON.stringify(row)).not.toContain(key(1));
    expect(all.emulator.calls("IotDpsResource_CreateOrUpdate")).toBe(0);
  });

  test("refuses a hub that is not linked, and names those that are", async () => {
    const all = dps();
    all.vault.set("vault:dps-hub", linkTo("hub-us.azure-devices.net", "service", key(1)));
    const row = await all.end("relink-hub", { ...data, hub: "hub-us.azure-devices.net" });
    expect(row).toMatchObject({ code: "hub-not-linked", reason: expect.stringContaining(hubHost) });
  });

  test("writes once more after a lost answer that nothing shows, and not before the settling time", async () => {
    const all = dps();
    const fresh = all.emulator.otherWriter.rotateHubKey("hub-eu", "iothubowner", "primary");
    all.vault.set("vault:dps-hub", linkTo(hubHost, "iothubowner", fresh));
    all.emulator.addFault({ kind: "drop", takesEffect: true, method: "PUT", times: 1 });
    const startedAt = all.world.clock.now();
    expect(await all.end("relink-hub", data)).toMatchObject({ outcome: "succeeded" });
    expect(all.emulator.state.acceptedWrites()).toBe(2);
    const writes = all.emulator.state.effects().filter(({ kind }) => kind === "update-accepted");
    expect((writes[1]?.atMs ?? 0) - startedAt).toBeGreaterThan(5 * 60_000);
    expect(all.emulator.state.linkWorks(service, "hub-eu")).toBe(true);
  });
});

describe("put-service", () => {
  const wish = { location: "West Europe", sku: { name: "S1", capacity: 1 } };

  test("creates one where there is none, and once", async () => {
    const all = dps();
    const data = { ...wish, service: "dps-new", tags: { a: "b" }, properties: { allocationPolicy: "Static" } };
    const row = await all.end("put-service", data);
    expect(row).toMatchObject({
      outcome: "succeeded",
      result: { changed: true, idScope: expect.stringMatching(/^0ne/) },
    });
    expect(all.emulator.state.service("dps-new")?.config).toMatchObject({
      tags: { a: "b" },
      allocationPolicy: "Static",
    });
    expect(await all.end("put-service", data, "two")).toMatchObject({
      outcome: "succeeded",
      result: { changed: false },
    });
    expect(all.emulator.state.acceptedWrites()).toBe(1);
  });

  test("that creates and never hears of it finds it", async () => {
    const all = dps({ scenario: { faults: [{ kind: "drop", takesEffect: true, method: "PUT", times: 1 }] } });
    const row = await all.end("put-service", { ...wish, service: "dps-new" });
    expect(row).toMatchObject({ outcome: "succeeded", result: { changed: true } });
    expect(all.emulator.state.acceptedWrites()).toBe(1);
  });

  test("changes what it names alone", async () => {
    const all = dps();
    const before = all.config;
    const row = await all.end("put-service", { ...wish, sku: { name: "S1", capacity: 3 } });
    expect(row).toMatchObject({ outcome: "succeeded" });
    expect(all.config).toEqual({ ...before, sku: { ...before?.sku, capacity: 3 } });
  });

  test("links and unlinks hubs, and keeps the weight of one that stays", async () => {
    const all = dps();
    const [own] = all.emulator.state.hubPolicies("hub-eu");
    const [other] = all.emulator.state.hubPolicies("hub-us");
    all.vault.set("vault:dps-eu", linkTo(hubHost, "iothubowner", own?.primaryKey ?? ""));
    all.vault.set("vault:dps-us", linkTo("hub-us.azure-devices.net", "service", other?.primaryKey ?? ""));
    const before = all.config;
    const eu = { connectionString: { $secret: "vault:dps-eu" }, location: "westeurope" };
    const us = { connectionString: { $secret: "vault:dps-us" }, location: "westeurope", allocationWeight: 2 };
    await all.end("put-service", { ...wish, properties: { iotHubs: [eu, us] } });
    const [kept] = before?.hubs ?? [];
    expect(all.config).toEqual({ ...before, hubs: [kept, expect.objectContaining({ allocationWeight: 2 })] });
    await all.end("put-service", { ...wish, properties: { iotHubs: [us] } }, "two");
    expect(all.config?.hubs.map(({ name }) => name)).toEqual(["hub-us.azure-devices.net"]);
    await all.end("put-service", { ...wish, properties: { iotHubs: [] } }, "three");
    expect(all.config).toEqual({ ...before, hubs: [] });
    expect(await all.end("put-service", { ...wish, properties: { iotHubs: [] } }, "four")).toMatchObject({
      result: { changed: false },
    });
  });

  test.each([
    ["another location", { location: "northeurope" }, "other-location"],
    ["an unknown SKU", { sku: { name: "S9", capacity: 1 } }, "unknown-sku"],
    [
      "the same hub twice",
      { properties: { iotHubs: [1, 2].map(() => ({ connectionString: { $secret: "vault:dps-us" }, location: "x" })) } },
      "hub-twice",
    ],
  ])("refuses %s", async (_, over, code) => {
    const all = dps();
    all.vault.set("vault:dps-us", linkTo("hub-us.azure-devices.net", "service", key(1)));
    expect(await all.end("put-service", { ...wish, ...over })).toMatchObject({ outcome: "failed", code });
    expect(all.emulator.calls("IotDpsResource_CreateOrUpdate")).toBe(0);
  });

  test("refuses a name that somebody else has", async () => {
    const all = dps();
    all.emulator.seed.subscription({ id: "5b0e7a10-0000-4000-8000-0000000000d6", resourceGroups: ["other"] });
    all.emulator.seed.service({
      subscriptionId: "5b0e7a10-0000-4000-8000-0000000000d6",
      resourceGroup: "other",
      name: "dps-taken",
    });
    expect(await all.end("put-service", { ...wish, service: "dps-taken" })).toMatchObject({
      outcome: "failed",
      code: "name-taken",
    });
    expect(all.emulator.calls("IotDpsResource_CreateOrUpdate")).toBe(0);
  });
});

describe("tag-service", () => {
  test.each([200, 202] as const)("replaces all tags by a PATCH that is answered with %s", async (patchStatus) => {
    const all = dps({ scenario: { settings: { patchStatus } } });
    const before = all.config;
    expect(await all.end("tag-service", { tags: { team: "tea" } })).toMatchObject({
      outcome: "succeeded",
      result: { changed: true },
    });
    expect(all.config).toEqual({ ...before, tags: { team: "tea" } });
    expect(await all.end("tag-service", { tags: { team: "tea" } }, "two")).toMatchObject({
      result: { changed: false },
    });
    expect(all.emulator.calls("IotDpsResource_Update")).toBe(1);
  });
});

describe("delete-service", () => {
  test("deletes it; gone already is done", async () => {
    const all = dps();
    expect(await all.end("delete-service")).toMatchObject({ outcome: "succeeded", result: { changed: true } });
    expect(all.emulator.state.service(service)).toBeNull();
    expect(await all.end("delete-service", {}, "two")).toMatchObject({
      outcome: "succeeded",
      result: { changed: false },
    });
  });

  test("that never hears of it finds it gone", async () => {
    const all = dps({ scenario: { faults: [{ kind: "drop", takesEffect: true, method: "DELETE", times: 1 }] } });
    expect(await all.end("delete-service")).toMatchObject({ outcome: "succeeded", result: { changed: true } });
    expect(all.emulator.calls("IotDpsResource_Delete")).toBe(1);
  });

  test("asks a person where another service has come in its place meanwhile", async () => {
    const all = dps({ scenario: { faults: [{ kind: "drop", takesEffect: true, method: "DELETE", times: 1 }] } });
    all.submit("one", "delete-service");
    await all.world.run(() => all.row("one")?.waitingFor?.code === "settling", 600_000);
    all.emulator.otherWriter.remove(service);
    all.emulator.seed.service({ subscriptionId: "5b0e7a10-0000-4000-8000-0000000000d5", resourceGroup, name: service });
    await all.runUntilQuiet();
    expect(all.row("one")).toMatchObject({
      outcome: "unknown",
      code: "ambiguous",
      reason: expect.stringContaining("id scope"),
    });
    expect(all.emulator.state.service(service)).not.toBeNull();
  });
});

describe("any change", () => {
  const change = ["put-policy", { policy: added }] as const;

  test("is refused where it would reset what the connection's version does not show", async () => {
    const all = dps({ service: { newer: { publicNetworkAccess: "Disabled" } } });
    expect(await all.end(...change)).toMatchObject({ outcome: "failed", code: "would-reset" });
  });

  test("of keys is refused where none is accepted", async () => {
    const all = dps({ service: { newer: { disableLocalAuth: true } }, connection: { apiVersion: "2026-08-31" } });
    expect(await all.end(...change)).toMatchObject({ outcome: "failed", code: "keys-disabled" });
    const other = await all.end("put-service", { location: "westeurope", sku: { name: "S1", capacity: 2 } }, "two");
    expect(other).toMatchObject({ outcome: "succeeded" });
    expect(all.config?.newer).toMatchObject({ disableLocalAuth: true });
  });

  test("is refused by a suspended service", async () => {
    const all = dps({ service: { state: "Suspended" } });
    expect(await all.end(...change)).toMatchObject({ outcome: "failed", code: "service-suspended" });
  });

  test("waits while another one is under way", async () => {
    const all = dps();
    all.emulator.otherWriter.occupy(service, 4 * 60_000);
    expect(await all.end(...change)).toMatchObject({ outcome: "succeeded" });
    expect(all.emulator.state.acceptedWrites()).toBe(2);
  });

  test.each([
    ["refuse-412", "header-and-body"],
    ["refuse-409", "header"],
    ["refuse-412", "body"],
  ] as const)("is made from a fresh look where its ETag was stale (%s, by %s)", async (staleEtag, etagFrom) => {
    const all = dps({
      scenario: {
        settings: { staleEtag, etagFrom },
        faults: [
          {
            kind: "other-writer",
            operation: "IotDpsResource_CreateOrUpdate",
            moment: "before",
            write: { service, tags: { theirs: "yes" } },
            times: 1,
          },
        ],
      },
    });
    expect(await all.end(...change)).toMatchObject({ outcome: "succeeded" });
    expect(all.config?.tags).toEqual({ theirs: "yes" });
  });

  test("waits as long as the service asks for when it throttles", async () => {
    const all = dps({
      scenario: {
        faults: [{ kind: "status", status: 429, path: "*provisioningServices*", times: 3, retryAfterSeconds: 372 }],
      },
    });
    const startedAt = all.world.clock.now();
    expect(await all.end(...change)).toMatchObject({ outcome: "succeeded" });
    expect(all.world.clock.now() - startedAt).toBeGreaterThan(372_000);
    expect(all.emulator.state.acceptedWrites()).toBe(1);
  });

  test.each([
    ["failed", { outcome: "failed", code: "500002" }],
    ["canceled", { outcome: "failed", code: "change-canceled" }],
  ] as const)("that ends as %s fails with the service's word", async (result, expected) => {
    const all = dps({ scenario: { outcomes: [{ result, times: 1 }] } });
    expect(await all.end(...change)).toMatchObject(expected);
  });

  test("whose status says nothing is known by what the service shows", async () => {
    const all = dps({ scenario: { outcomes: [{ result: "empty-body" }] } });
    expect(await all.end(...change)).toMatchObject({ outcome: "succeeded", result: { changed: true } });
    const none = dps({ scenario: { outcomes: [{ result: "empty-body", takesEffect: false }] } });
    expect(await none.end(...change)).toMatchObject({ outcome: "unknown" });
  });

  test("whose status is forgotten is known by what the service shows", async () => {
    const all = dps({ scenario: { settings: { operationRetentionMs: 0 } } });
    expect(await all.end(...change)).toMatchObject({ outcome: "succeeded" });
  });

  test("is not followed to another host", async () => {
    const all = dps({
      scenario: {
        faults: [
          { kind: "foreign-status-url", origin: "https://evil.example", operation: "IotDpsResource_CreateOrUpdate" },
        ],
      },
    });
    expect(await all.end(...change)).toMatchObject({ outcome: "succeeded" });
    expect(all.emulator.requests().filter(({ path }) => path.includes("evil"))).toEqual([]);
  });

  test("of one service waits for another of it", async () => {
    const all = dps();
    all.submit("one", ...change);
    all.submit("two", "delete-policy", { policy: "backend" });
    await all.runUntilQuiet();
    expect([all.row("one")?.outcome, all.row("two")?.outcome]).toEqual(["succeeded", "succeeded"]);
    const turns = ["one", "two"].map((id) => all.row(id)?.turn?.resource);
    expect(new Set(turns)).toEqual(new Set([expect.stringMatching(/^azure-dps:.*\/iot-eu\/dps-eu$/)]));
    expect(all.emulator.state.policies(service).map(({ keyName }) => keyName)).toEqual([
      "provisioningserviceowner",
      "reader",
    ]);
  });

  test("says which service is not there", async () => {
    const all = dps();
    expect(await all.end("put-policy", { policy: added, service: "dps-none" })).toMatchObject({
      code: "service-not-found",
    });
  });
});

describe("a read", () => {
  test.each([
    ["operations", {}, "Microsoft.Devices/provisioningServices/Write"],
    ["name-availability", {}, '"available":false'],
    ["services", {}, '"name":"dps-eu"'],
    ["service", {}, '"keyName":"iothubowner"'],
    ["keys", {}, '"rights":"ServiceConfig, DeviceConnect, EnrollmentWrite"'],
    ["key", { policy: "backend" }, '"keyName":"backend"'],
    ["certificates", {}, '"items":[]'],
    ["skus", {}, '"name":"S1"'],
  ])("of %s answers in the result, without turn and without secrets", async (read, data, expected) => {
    const all = dps();
    const row = await all.end("read", { read, ...data });
    expect(row).toMatchObject({ outcome: "succeeded", intents: {} });
    expect(row?.turn).toBeUndefined();
    expect(JSON.stringify(row?.result)).toContain(expected);
    expect(JSON.stringify(row)).not.toMatch(/SharedAccessKey|\*\*\*\*|primaryKey/);
  });

  test("of many says how many it leaves out", async () => {
    const all = dps();
    for (let index = 0; index < 120; index += 1) {
      all.emulator.seed.service({
        subscriptionId: "5b0e7a10-0000-4000-8000-0000000000d5",
        resourceGroup,
        name: `dps-more-${index}`,
      });
    }
    const row = await all.end("read", { read: "services" });
    expect(row).toMatchObject({
      outcome: "succeeded",
      code: "cut",
      reason: expect.stringMatching(/^\d+ of 121 are left out/),
    });
    expect(JSON.stringify(row?.result).length).toBeLessThan(17 * 1024);
  });

  test("of an operation's result, and of what is not there", async () => {
    const all = dps();
    await all.end("put-policy", { policy: added });
    const [operation] = all.emulator.state.operations();
    const row = await all.end("read", { read: "operation-result", operationId: operation?.id ?? "" }, "two");
    expect(row).toMatchObject({ result: { items: [{ status: "Succeeded" }] } });
    expect(await all.end("read", { read: "key", policy: "none" }, "three")).toMatchObject({
      outcome: "failed",
      code: "policy-not-found",
    });
  });
});
