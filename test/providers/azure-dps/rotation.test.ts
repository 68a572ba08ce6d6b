import { describe, expect, test } from "vitest";
import type { PolicyKeys } from "../../../lib/contracts/key-rotation.ts";
import type { Polled } from "../../../lib/contracts/provider.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { fingerprintOf, keyIn } from "../../../lib/providers/azure-dps/index.ts";
import { failureOf } from "../support.ts";
import {
  answeringTo,
  createWorld,
  management,
  newKey,
  owner,
  policy,
  rewriting,
  rotationRequest,
  subscriptionId,
  toKeys,
  toPut,
  type World,
  type WorldOptions,
  where,
} from "./support.ts";

function start(options: WorldOptions = {}, over: Record<string, unknown> = {}): { world: World; keys: PolicyKeys } {
  const world = createWorld(options);
  return { world, keys: world.provider.rotation.policyKeys(rotationRequest(over)) };
}

const held = (world: World, name = policy) => world.emulator.state.policy(where.service, name);

interface Rule {
  readonly keyName: string;
  readonly rights: string;
}

async function pollToEnd(world: World, polling: unknown): Promise<Polled> {
  for (let n = 0; n < 10; n += 1) {
    const seen = await world.provider.poll(rotationRequest(), polling as never, undefined, world.context());
    if (seen.kind !== "in-progress") return seen;
    world.time.advance(10_000);
  }
  throw new Error("Expected an end, got none");
}

describe("look", () => {
  test("reads the service, what its version hides, and then the keys", async () => {
    const { world, keys } = start();
    await keys.look(world.context());
    const at = `/subscriptions/${subscriptionId}/resourceGroups/iot-eu/providers/Microsoft.Devices/provisioningServices/dps-eu`;
    expect(world.calls()).toEqual([
      `GET ${at}?api-version=2017-11-15`,
      `GET ${at}?api-version=2026-08-31`,
      `GET ${at}?api-version=2025-02-01-preview`,
      `POST ${at}/listkeys?api-version=2017-11-15`,
    ]);
  });

  test("shows both keys, and fingerprints of them alone", async () => {
    const { world, keys } = start();
    const look = await keys.look(world.context());
    const { primaryKey = "", secondaryKey = "" } = held(world) ?? {};
    expect([look.keys.primary.reveal(), look.keys.secondary.reveal()]).toEqual([primaryKey, secondaryKey]);
    expect(look.seen.fingerprints).toEqual({
      primary: fingerprintOf(new Secret(primaryKey)),
      secondary: fingerprintOf(new Secret(secondaryKey)),
    });
    expect(Object.keys(look.seen.around).toSorted()).toEqual(["allocation", "hubs", "policies", "sku", "tags"]);
    expect(JSON.stringify(look.seen)).not.toContain(primaryKey.slice(0, 20));
  });

  test("finds the policy without regard to case, and says which there are otherwise", async () => {
    const { world, keys } = start({}, { policy: "BACKEND" });
    await keys.look(world.context());
    const none = start({}, { policy: "nobody" });
    expect(await failureOf(none.keys.look(none.world.context()))).toMatchObject({
      name: "PermanentError",
      code: "policy-not-found",
      effect: "none",
      message: expect.stringContaining(`got ${owner}, backend, status, config`),
    });
  });

  test.each([
    ["null keys", (rule: Rule) => ({ ...rule, primaryKey: null })],
    ["empty keys", (rule: Rule) => ({ ...rule, secondaryKey: "" })],
    ["masked keys", (rule: Rule) => ({ ...rule, secondaryKey: "****" })],
    ["absent keys", ({ keyName, rights }: Rule) => ({ keyName, rights })],
  ] as const)("refuses to go on from %s: writing them back would replace them", async (_, change) => {
    const through = rewriting(toKeys, ({ value }) => ({ value: (value as Rule[]).map((rule) => change(rule)) }));
    const { world, keys } = start({ through });
    expect(await failureOf(keys.look(world.context()))).toMatchObject({ code: "keys-not-listed" });
  });

  test("refuses an empty list of keys", async () => {
    const { world, keys } = start({ through: rewriting(toKeys, () => ({ value: [] })) });
    expect(await failureOf(keys.look(world.context()))).toMatchObject({ code: "keys-not-listed" });
  });
});

describe("replace", () => {
  test("writes everything that was read, with that one key replaced, under the ETag twice", async () => {
    const { world, keys } = start();
    const before = world.emulator.state.service(where.service);
    await keys.look(world.context());
    const fresh = newKey(1);
    const begun = await keys.replace({ secondary: fresh }, world.window());
    const [put, ...more] = world.puts();
    expect(more).toEqual([]);
    expect(put?.headers["if-match"]).toBe(before?.etag);
    expect(put?.body).toEqual({
      etag: before?.etag,
      location: "westeurope",
      sku: { name: "S1", capacity: 1 },
      tags: { owner: "coffee" },
      properties: {
        allocationPolicy: "GeoLatency",
        iotHubs: [
          {
            connectionString: "HostName=hub-eu.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=****",
            location: "westeurope",
            applyAllocationPolicy: true,
            allocationWeight: 7,
          },
        ],
        authorizationPolicies: before?.config.policies.map(({ keyName, primaryKey, secondaryKey }) => ({
          keyName,
          rights: expect.any(String),
          primaryKey,
          secondaryKey: keyName === policy ? fresh.reveal() : secondaryKey,
        })),
      },
    });
    expect(begun).toMatchObject({ polling: { change: "put", ...where, follow: { by: "status", url: "sealed-0" } } });
    expect(await pollToEnd(world, begun.polling)).toMatchObject({ kind: "ended", outcome: "succeeded" });
    const after = world.emulator.state.service(where.service);
    expect(held(world)?.secondaryKey).toBe(fresh.reveal());
    expect({ ...after?.config, policies: [] }).toEqual({ ...before?.config, policies: [] });
    expect(after?.etag).not.toBe(before?.etag);
    expect(world.emulator.state.linkWorks("dps-eu", "hub-eu")).toBe(true);
    const others = (view: typeof before) => view?.config.policies.filter(({ keyName }) => keyName !== policy);
    expect(others(after)).toEqual(others(before));
    expect(held(world)?.primaryKey).toBe(before?.config.policies.find(({ keyName }) => keyName === policy)?.primaryKey);
  });

  test("leaves what is around it as it was, and sees it when somebody else does not", async () => {
    const { world, keys } = start();
    const before = (await keys.look(world.context())).seen;
    const { polling } = await keys.replace({ primary: newKey(2) }, world.window());
    await pollToEnd(world, polling);
    const after = (await keys.look(world.context())).seen;
    expect(after.around).toEqual(before.around);
    expect(after.fingerprints).toEqual({ ...before.fingerprints, primary: fingerprintOf(newKey(2)) });
    world.emulator.otherWriter.write({ service: "dps-eu", tags: { owner: "tea" } });
    world.emulator.otherWriter.write({ service: "dps-eu", key: { keyName: owner, slot: "primary" } });
    const changed = (await keys.look(world.context())).seen;
    const areas = Object.keys(changed.around).filter((area) => changed.around[area] !== before.around[area]);
    expect(areas.toSorted()).toEqual(["policies", "tags"]);
  });

  test("replaces both keys in one request", async () => {
    const { world, keys } = start();
    await keys.look(world.context());
    const { polling } = await keys.replace({ primary: newKey(3), secondary: newKey(4) }, world.window());
    await pollToEnd(world, polling);
    expect(world.puts()).toHaveLength(1);
    expect(held(world)).toMatchObject({ primaryKey: newKey(3).reveal(), secondaryKey: newKey(4).reveal() });
  });

  test.each(["refuse-412", "refuse-409"] as const)(
    "meets a service that %ss, and has done nothing",
    async (staleEtag) => {
      const { world, keys } = start({ settings: { staleEtag } });
      await keys.look(world.context());
      world.emulator.otherWriter.write({ service: "dps-eu", tags: {} });
      const error = await failureOf(keys.replace({ primary: newKey(1) }, world.window()));
      expect(error).toMatchObject({
        name: "RetryableError",
        effect: "none",
        code: staleEtag === "refuse-412" ? "stale-etag" : "in-transition",
      });
      expect(world.puts()).toHaveLength(1);
    },
  );

  test.each([
    [409, "numeric"],
    [400, "numeric"],
    [400, "pascal"],
  ] as const)("waits while another change is under way (%i, %s)", async (transitioningStatus, errorShape) => {
    const { world, keys } = start({ settings: { transitioningStatus, errorShape } });
    await keys.look(world.context());
    world.emulator.otherWriter.occupy("dps-eu", 60_000);
    expect(await failureOf(keys.replace({ primary: newKey(1) }, world.window()))).toMatchObject({
      name: "RetryableError",
      effect: "none",
      code: "in-transition",
    });
  });

  test("is refused without a look, and with a look that was used already", async () => {
    const { world, keys } = start();
    const replaced = () => keys.replace({ primary: newKey(1) }, world.window());
    expect(await failureOf(replaced())).toMatchObject({ name: "PermanentError", code: "not-looked", effect: "none" });
    await keys.look(world.context());
    await replaced();
    expect(await failureOf(replaced())).toMatchObject({ code: "not-looked" });
    expect(world.puts()).toHaveLength(1);
  });

  test("is refused with the look before, when a later one failed", async () => {
    let fails = false;
    const through = answeringTo(toKeys, () => new Response("{}", { status: 500 }));
    const { world, keys } = start({ through: (request, next) => (fails ? through(request, next) : next(request)) });
    await keys.look(world.context());
    fails = true;
    await failureOf(keys.look(world.context()));
    expect(await failureOf(keys.replace({ primary: newKey(1) }, world.window()))).toMatchObject({ code: "not-looked" });
  });

  test.each([
    ["short", Buffer.alloc(15, 7).toString("base64"), "key-too-short"],
    ["long", Buffer.alloc(65, 7).toString("base64"), "key-too-long"],
    ["not base64", "not a key at all, but long enough for one", "key-not-base64"],
    ["without its padding", Buffer.alloc(32, 7).toString("base64").replace("=", ""), "key-not-base64"],
  ])("refuses a key that is %s before anything is sent", async (_, text, code) => {
    const { world, keys } = start();
    await keys.look(world.context());
    const error = await failureOf(keys.replace({ primary: new Secret(text) }, world.window()));
    expect(error).toMatchObject({ name: "PermanentError", effect: "none", code });
    expect(String(error)).not.toContain(text);
    expect(world.puts()).toEqual([]);
  });

  test("keeps a key out of a refusal that names it, though nothing about it looks like a key", async () => {
    const plain = new Secret(Buffer.alloc(24, "k").toString("base64"));
    const through = answeringTo(toPut, () =>
      Response.json({ code: 400001, message: `cannot use ${plain.reveal()} here` }, { status: 400 }),
    );
    const { world, keys } = start({ through });
    await keys.look(world.context());
    const error = await failureOf(keys.replace({ primary: plain }, world.window()));
    expect(String(error)).toContain("cannot use [removed] here");
  });

  test("is not sent when the list has the policy twice: nobody can say which one is meant", async () => {
    const through = rewriting(toKeys, ({ value }) => ({
      value: (value as Rule[]).flatMap((rule) => [rule, { ...rule, keyName: rule.keyName.toUpperCase() }]),
    }));
    const { world, keys } = start({ through });
    await keys.look(world.context());
    expect(await failureOf(keys.replace({ primary: newKey(1) }, world.window()))).toMatchObject({
      name: "PermanentError",
      code: "unintended-change",
      effect: "none",
    });
    expect(world.puts()).toEqual([]);
  });

  test("is not sent after its time, nor when the login took too long", async () => {
    const { world, keys } = start();
    await keys.look(world.context());
    const window = world.window();
    world.time.advance(10_001);
    expect(await failureOf(keys.replace({ primary: newKey(1) }, window))).toMatchObject({ code: "too-late-to-send" });
    const slow = start({
      through: (request, next) => {
        if (request.url.includes("login.microsoftonline.com") && slow.world.calls().length > 0) {
          slow.world.time.advance(20_000);
        }
        return next(request);
      },
      settings: { tokenLifetimeSeconds: 60 },
    });
    await slow.keys.look(slow.world.context());
    slow.world.time.advance(59_000);
    expect(await failureOf(slow.keys.replace({ primary: newKey(1) }, slow.world.window()))).toMatchObject({
      code: "too-late-to-send",
      effect: "none",
    });
    expect(slow.world.puts()).toEqual([]);
  });

  test("asks again after a new login when the token is refused, and a person when the new one is too", async () => {
    const { world, keys } = start();
    await keys.look(world.context());
    world.emulator.revokeTokens();
    const refused = await failureOf(keys.replace({ primary: newKey(1) }, world.window()));
    expect(refused).toMatchObject({ name: "RetryableError", code: "token-refused", effect: "none", status: 401 });
    expect(world.puts()).toHaveLength(1);
    await keys.look(world.context());
    await keys.replace({ primary: newKey(1) }, world.window());
    const always = start({ through: answeringTo(toPut, () => new Response("", { status: 401 })) });
    await always.keys.look(always.world.context());
    await failureOf(always.keys.replace({ primary: newKey(1) }, always.world.window()));
    await always.keys.look(always.world.context());
    expect(await failureOf(always.keys.replace({ primary: newKey(1) }, always.world.window()))).toMatchObject({
      name: "UnauthorizedError",
      effect: "none",
      message: expect.stringContaining("Microsoft.Devices/provisioningServices/write"),
    });
  });

  test.each(["drop", "cut-connection", "cut-json"] as const)(
    "is one request, and a %s leaves it possible",
    async (kind) => {
      const { world, keys } = start();
      await keys.look(world.context());
      world.emulator.addFault({ kind, operation: "IotDpsResource_CreateOrUpdate" });
      const replaced = keys.replace({ primary: newKey(1) }, world.window());
      // Only the status and the headers of an accepted PUT are read: its body shows the keys.
      if (kind === "drop")
        expect(await failureOf(replaced)).toMatchObject({ effect: "possible", name: "RetryableError" });
      else expect(await replaced).toMatchObject({ polling: { change: "put" } });
      expect(world.emulator.calls("IotDpsResource_CreateOrUpdate")).toBe(1);
    },
  );

  test.each([500, 502, 503, 504, 408])("leaves a %i possible, and passes its time on", async (status) => {
    const { world, keys } = start();
    await keys.look(world.context());
    world.emulator.addFault({
      kind: "status",
      status,
      retryAfterSeconds: 9,
      operation: "IotDpsResource_CreateOrUpdate",
    });
    expect(await failureOf(keys.replace({ primary: newKey(1) }, world.window()))).toMatchObject({
      name: "RetryableError",
      effect: "possible",
      retryAfterMs: 9_000,
    });
  });

  test("keeps the connection's newer settings in the write where its version knows them", async () => {
    const newer = { publicNetworkAccess: "Disabled", enableDataResidency: true };
    const { world, keys } = start({
      connection: { apiVersion: "2022-12-12" },
      service: { newer },
      settings: { noDataResidencyIn: [] },
    });
    await keys.look(world.context());
    await keys.replace({ primary: newKey(1) }, world.window());
    expect(world.puts()[0]?.body.properties).toMatchObject(newer);
    expect(world.puts()[0]?.body.properties).not.toHaveProperty("state");
    expect(world.puts()[0]?.body).not.toHaveProperty("resourcegroup");
  });
});

describe("what is around a rotation", () => {
  test("names claim, turn and result after the resource, in lower case", () => {
    const { provider } = createWorld();
    const request = rotationRequest({ service: "DPS-eu", policy: "BackEnd" });
    expect(provider.turnOf(request)).toBe(`azure-dps:${subscriptionId}/iot-eu/dps-eu`);
    expect(provider.rotation.claimOf(request)).toBe(`azure-dps:${subscriptionId}/iot-eu/dps-eu/policies/backend`);
    expect(provider.rotation.resultOf(request)).toEqual({ ...where, service: "DPS-eu", policy: "BackEnd" });
    expect(provider.turnOf({ ...request, type: "drover.azure-dps.read" })).toBeUndefined();
    expect(provider.rotation.policyKeys(request)).toMatchObject({
      about: "policy BackEnd of DPS-eu",
      settling: { requestTimeoutMs: 30_000, settlingMs: 300_000, lookEveryMs: 30_000 },
    });
    expect(provider.pollPace).toEqual({ firstMs: 5_000, maxMs: 30_000 });
  });

  test("publishes the key alone, or in a connection string, and finds it in both", () => {
    const { keys } = start();
    const key = newKey(251);
    expect(keys.published(key, "key")).toBe(key);
    const text = keys.published(key, "connection-string");
    expect(text.reveal()).toBe(
      `HostName=dps-eu.azure-devices-provisioning.net;SharedAccessKeyName=backend;SharedAccessKey=${key.reveal()}`,
    );
    expect(keyIn(text).reveal()).toBe(key.reveal());
    expect(keyIn(key).reveal()).toBe(key.reveal());
    expect(keyIn(new Secret(`sharedaccesskey=${key.reveal()};HostName=x\n`)).reveal()).toBe(key.reveal());
    expect(keyIn(new Secret(` ${key.reveal()}\n`)).reveal()).toBe(key.reveal());
  });

  test("plans the calls without a key", () => {
    const { provider } = createWorld();
    const plan = provider.plan(rotationRequest({ slotInUse: "primary" }));
    expect(plan.filter(({ changes }) => changes).map(({ method, url }) => `${method} ${url}`)).toEqual([
      `PUT ${management}/subscriptions/${subscriptionId}/resourceGroups/iot-eu/providers/Microsoft.Devices/provisioningServices/dps-eu?api-version=2017-11-15`,
      `PUT ${management}/subscriptions/${subscriptionId}/resourceGroups/iot-eu/providers/Microsoft.Devices/provisioningServices/dps-eu?api-version=2017-11-15`,
    ]);
    const bodies = plan.flatMap(({ body }) => (body === undefined ? [] : JSON.stringify(body)));
    expect(bodies[0]).toContain('"secondaryKey":"(a new key)"');
    expect(bodies[1]).toContain('"primaryKey":"(a new key)"');
    expect(plan.slice(0, 4).map(({ method }) => method)).toEqual(["GET", "GET", "GET", "POST"]);
    const both = provider.plan(rotationRequest({ emergency: true })).filter(({ changes }) => changes);
    expect(both).toHaveLength(1);
    expect(JSON.stringify(both)).toContain('"primaryKey":"(a new key)","secondaryKey":"(a new key)"');
  });

  test("reads the rights of the policy where it was not looked at", async () => {
    const { world, keys } = start();
    const { primaryKey = "" } = held(world) ?? {};
    expect(await keys.tryKey(new Secret(primaryKey), world.context())).toMatchObject({ kind: "accepted" });
    expect(world.calls()).toEqual([expect.stringContaining("/keys/backend/listkeys")]);
  });
});
