import { describe, expect, it } from "vitest";
import { Harness, hubPath, ids, MANAGEMENT_SCOPE, servicePath, servicesPath, subscriptionPath } from "./harness.ts";

describe("one write at a time", () => {
  it("refuses every second write while one runs, with the state in the message", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    const first = await harness.put(whole);
    expect(first.status).toBe(201);
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const body = method === "DELETE" ? {} : { body: method === "PUT" ? whole : { tags: {} } };
      const refused = await harness.ask(servicePath, { method, ...body });
      expect(refused).toMatchObject({ status: 409, body: { code: 409_002, httpStatusCode: "Conflict" } });
      expect(refused.text).toContain("Invalid IotDpsState i.e. should be active/suspended, IotDpsState: Transitioning");
    }
    harness.emulator.configure({ transitioningStatus: 400, transitioningCode: 400_999 });
    expect(await harness.put(whole)).toMatchObject({ status: 400, body: { code: 400_999 } });
    await harness.settle(first);
    expect((await harness.put(whole)).status).toBe(201);
    expect(harness.emulator.state.acceptedWrites(ids.service)).toBe(2);
  });

  it("takes writes of a suspended service, which stays so", async () => {
    const harness = new Harness();
    harness.emulator.otherWriter.write({ service: ids.service, state: "Suspended" });
    const body = await harness.putAndWait(await harness.whole());
    expect(body.properties.state).toBe("Suspended");
    harness.emulator.otherWriter.write({ service: ids.service, state: "FailingOver" });
    expect((await harness.put(await harness.whole())).text).toContain("IotDpsState: FailingOver");
  });

  it("is kept busy by another writer", async () => {
    const harness = new Harness();
    const { etag } = (await harness.get()).body;
    harness.emulator.otherWriter.occupy(ids.service, 60_000);
    expect((await harness.get()).body.properties.state).toBe("Transitioning");
    expect((await harness.put(await harness.whole())).status).toBe(409);
    harness.tick(60_000);
    expect((await harness.get()).body).toMatchObject({ etag, properties: { state: "Active" } });
  });
});

describe("etags", () => {
  const stale = "AAAAAAAAAAA=";

  it("ignores a stale one, so that the last writer wins", async () => {
    const harness = new Harness();
    const whole = await harness.whole();
    expect((await harness.put({ ...whole, etag: stale }, { headers: { "if-match": `"${stale}"` } })).status).toBe(201);
  });

  it.each([
    ["refuse-412", 412],
    ["refuse-409", 409],
  ] as const)("answers a stale one as %s says, from header and body", async (staleEtag, status) => {
    const harness = new Harness();
    harness.emulator.configure({ staleEtag });
    const whole = await harness.whole();
    const { etag } = (await harness.get()).body;
    expect((await harness.put({ ...whole, etag: stale })).status).toBe(status);
    expect((await harness.put(whole, { headers: { "if-match": stale } })).status).toBe(status);
    const patch = { method: "PATCH", body: { tags: {} }, headers: { "if-match": stale } };
    expect((await harness.ask(servicePath, patch)).status).toBe(status);
    expect(harness.emulator.state.acceptedWrites()).toBe(0);
    harness.emulator.configure({ etagFrom: "header" });
    const reply = await harness.put({ ...whole, etag: stale }, { headers: { "if-match": `"${etag}"` } });
    expect(reply.status).toBe(201);
    await harness.settle(reply);
    harness.emulator.configure({ etagFrom: "body" });
    expect((await harness.put(whole, { headers: { "if-match": stale } })).status).toBe(201);
  });

  it("takes a write without one, and notices that another writer came between", async () => {
    const harness = new Harness();
    harness.emulator.configure({ staleEtag: "refuse-412" });
    const write = { service: ids.service, key: { keyName: "backend", slot: "secondary" } } as const;
    harness.emulator.addFault({
      kind: "other-writer",
      moment: "after",
      write,
      operation: "IotDpsResource_Get",
      times: 1,
    });
    const before = harness.policy("backend");
    const { etag } = (await harness.get()).body;
    expect(harness.policy("backend").secondaryKey).not.toBe(before.secondaryKey);
    const whole = await harness.whole();
    expect((await harness.put({ ...whole, etag })).status).toBe(412);
    expect((await harness.put(whole)).status).toBe(201);
    expect(harness.emulator.state.effects().filter(({ by }) => by === "other-writer")).toHaveLength(1);
  });
});

describe("how operations end", () => {
  it.each([
    ["failed", { status: "Failed", error: { code: "500002", message: expect.any(String), details: "" } }, false],
    ["canceled", { status: "Canceled" }, false],
    ["empty-body", {}, true],
    ["unknown-status", { status: "Paused" }, true],
  ] as const)("can be %s", async (result, body, applied) => {
    const harness = new Harness();
    harness.emulator.script({ result, times: 1 });
    const reply = await harness.put({ ...(await harness.whole()), tags: { new: "yes" } });
    expect((await harness.settle(reply)).body).toEqual(body);
    const { tags, properties } = (await harness.get()).body;
    expect(tags).toEqual(applied ? { new: "yes" } : { owner: "coffee" });
    expect(properties.state).toBe("Active");
    expect(properties.provisioningState).toBe(applied ? "Succeeded" : "Failed");
    expect((await harness.settle(await harness.put(await harness.whole()))).body).toEqual({ status: "Succeeded" });
  });

  it("can fail and be in force all the same, or succeed after a chosen time", async () => {
    const harness = new Harness();
    harness.emulator.script({
      result: "failed",
      takesEffect: true,
      errorCode: "X",
      errorMessage: "no",
      operation: "update",
    });
    const reply = await harness.put({ ...(await harness.whole()), tags: { new: "yes" } });
    expect((await harness.settle(reply)).body.error).toMatchObject({ code: "X", message: "no" });
    expect((await harness.get()).body.tags).toEqual({ new: "yes" });
    harness.emulator.clearOutcomes();
    harness.emulator.script({ result: "stuck", service: ids.service });
    const stuck = await harness.put(await harness.whole());
    harness.tick(86_400_000);
    expect((await harness.ask(stuck.headers.get("azure-asyncoperation") ?? "")).body).toEqual({ status: "Running" });
    expect(harness.emulator.state.nextChangeMs()).toBeNull();
  });

  it("leaves a service that could not be created as ActivationFailed, which can be put again", async () => {
    const harness = new Harness();
    const path = `${servicesPath}/dps-new`;
    const body = { location: "eastus", sku: { name: "S1", capacity: 1 }, properties: {} };
    harness.emulator.script({ result: "failed", operation: "create", times: 1 });
    await harness.settle(await harness.put(body, {}, path));
    expect((await harness.get(path)).body.properties.state).toBe("ActivationFailed");
    expect((await harness.putAndWait(body, path)).properties.state).toBe("Active");
  });
});

describe("status URLs", () => {
  it("is signed and about 3 kB long, and opens nothing when changed", async () => {
    const harness = new Harness();
    const reply = await harness.put(await harness.whole());
    const url = reply.headers.get("azure-asyncoperation") ?? "";
    expect(url.length).toBeGreaterThan(2_500);
    expect(url.length).toBeLessThan(4_096);
    expect(new URL(url).pathname).toContain("/locations/eastus/provisioningserviceoperationresults/");
    expect((await harness.ask(url)).body).toEqual({ status: "Running" });
    for (const name of ["t", "c", "h", "s"]) {
      const changed = new URL(url);
      changed.searchParams.set(name, `${changed.searchParams.get(name)}x`);
      expect((await harness.ask(changed.href)).status).toBe(403);
    }
    harness.emulator.configure({ tamperedStatusUrl: 401 });
    expect((await harness.ask(url.replace(/&s=[^&]+/, ""))).status).toBe(401);
    expect((await harness.ask(url, { token: null })).status).toBe(401);
    const logged = JSON.stringify(harness.emulator.requests());
    expect(logged).not.toContain(new URL(url).searchParams.get("s"));
    expect(logged).not.toContain(new URL(url).searchParams.get("c"));
  });

  it("is short when told to, and works without case", async () => {
    const harness = new Harness();
    harness.emulator.configure({ statusUrl: "short", acceptRetryAfterSeconds: 15, pollRetryAfterSeconds: 10 });
    const reply = await harness.put(await harness.whole());
    expect(reply.headers.get("retry-after")).toBe("15");
    const url = reply.headers.get("azure-asyncoperation") ?? "";
    expect(url).toContain("/operationResults/");
    expect(url).toMatch(/&asyncinfo$/);
    const poll = await harness.ask(url.replace("operationResults", "operationresults"));
    expect(poll.headers.get("retry-after")).toBe("10");
    expect((await harness.ask(url.replace("&asyncinfo", ""))).status).toBe(400);
    const elsewhere = url.replace(ids.service, "dps-other");
    expect((await harness.ask(elsewhere)).status).toBe(404);
    harness.tick(15_000);
    const done = await harness.ask(url);
    expect([done.body, done.headers.get("retry-after")]).toEqual([{ status: "Succeeded" }, null]);
  });

  it("is forgotten some time after the end", async () => {
    const harness = new Harness();
    const reply = await harness.put(await harness.whole());
    await harness.settle(reply);
    const url = reply.headers.get("azure-asyncoperation") ?? "";
    harness.tick(600_000);
    expect(await harness.ask(url)).toMatchObject({ status: 404, body: { code: 404_007 } });
    harness.emulator.configure({ operationRetentionMs: null });
    expect((await harness.ask(url)).status).toBe(200);
  });

  it("can point to another host", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ kind: "foreign-status-url", origin: "https://evil.example", method: "DELETE" });
    const reply = await harness.ask(servicePath, { method: "DELETE" });
    expect(reply.headers.get("azure-asyncoperation")).toMatch(/^https:\/\/evil\.example\//);
    expect(reply.headers.get("location")).toMatch(/^https:\/\/evil\.example\//);
  });
});

describe("deleting a service", () => {
  it("answers 202 with null and two headers, which read the same operation in two ways", async () => {
    const harness = new Harness();
    const reply = await harness.ask(servicePath, { method: "DELETE" });
    expect([reply.status, reply.text]).toEqual([202, "null"]);
    const [status, location] = ["azure-asyncoperation", "location"].map((name) => reply.headers.get(name) ?? "");
    expect(location).toBe(status?.replace("&asyncinfo", ""));
    const read = async (url = "") => (await harness.ask(url)).status;
    expect((await harness.get()).body.properties.state).toBe("Deleting");
    expect([await read(status), await read(location)]).toEqual([200, 200]);
    harness.tick(10_000);
    expect((await harness.ask(status ?? "")).body).toEqual({ status: "Succeeded" });
    expect(await read(location)).toBe(204);
    expect(await harness.get()).toMatchObject({ status: 404, body: { error: { code: "ResourceNotFound" } } });
    harness.tick(30_000);
    expect(await read(location)).toBe(404);
    harness.emulator.configure({ deletePoll: "not-found" });
    expect(await read(status)).toBe(404);
    expect((await harness.ask(servicePath, { method: "DELETE" })).status).toBe(404);
    harness.emulator.configure({ deleteMissing: 204 });
    expect((await harness.ask(servicePath, { method: "DELETE" })).status).toBe(204);
  });

  it("can fail, and leaves the service", async () => {
    const harness = new Harness();
    harness.emulator.script({ result: "failed", operation: "delete" });
    await harness.settle(await harness.ask(servicePath, { method: "DELETE" }));
    expect((await harness.get()).body.properties.state).toBe("DeletionFailed");
  });
});

describe("PATCH", () => {
  it("replaces the tags and nothing else, at once", async () => {
    const harness = new Harness();
    const before = (await harness.get()).body;
    const keys = await harness.rules();
    const reply = await harness.get(servicePath, { method: "PATCH", body: { tags: { foo: "bar" } } });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ ...before, etag: reply.body.etag, tags: { foo: "bar" } });
    expect(reply.body.etag).not.toBe(before.etag);
    expect(await harness.rules()).toEqual(keys);
  });

  it.each([201, 202] as const)("is an operation with %i when told to", async (patchStatus) => {
    const harness = new Harness();
    harness.emulator.configure({ patchStatus });
    const reply = await harness.get(servicePath, {
      method: "PATCH",
      body: { tags: { foo: "bar" } },
      offContract: true,
    });
    expect(reply).toMatchObject({ status: patchStatus, body: { tags: { owner: "coffee" } } });
    expect((await harness.settle(reply)).body).toEqual({ status: "Succeeded" });
    expect((await harness.get()).body.tags).toEqual({ foo: "bar" });
  });
});

describe("the door", () => {
  it("asks for a token of the management API that is not expired or revoked", async () => {
    const harness = new Harness();
    const offContract = true;
    const refused = async (token: string | null, code: string) => {
      const reply = await harness.get(servicePath, { token, offContract });
      expect(reply).toMatchObject({ status: 401, body: { error: { code } } });
      expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer /);
    };
    await refused(null, "AuthenticationFailed");
    await refused("made-up", "InvalidAuthenticationToken");
    await refused(await harness.token("https://vault.azure.net/.default"), "InvalidAuthenticationToken");
    const token = await harness.token(MANAGEMENT_SCOPE);
    expect((await harness.get(servicePath, { token })).status).toBe(200);
    harness.tick(3_599_000);
    await refused(token, "InvalidAuthenticationToken");
    const next = await harness.token();
    harness.emulator.revokeTokens();
    await refused(next, "InvalidAuthenticationToken");
  });

  it("takes a token of a managed identity", async () => {
    const harness = new Harness();
    const url =
      "https://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/";
    const reply = await harness.ask<{ access_token: string }>(url, { token: null, headers: { metadata: "true" } });
    expect((await harness.get(servicePath, { token: reply.body.access_token })).status).toBe(200);
  });

  it("asks for a known api-version and finds paths without case", async () => {
    const harness = new Harness();
    const origin = "https://management.azure.com";
    expect((await harness.ask(`${origin}${servicePath}`)).body).toMatchObject({
      error: { code: "MissingApiVersionParameter" },
    });
    expect((await harness.get(servicePath, { apiVersion: "2017-11-16" })).body).toMatchObject({
      error: { code: "NoRegisteredProviderFound" },
    });
    expect((await harness.get(servicePath.toUpperCase())).status).toBe(200);
    expect((await harness.ask(`${origin}${servicePath}?API-Version=2017-11-15`)).status).toBe(200);
  });

  it.each([
    [servicePath.replace(ids.subscription, "91d12660-3dec-467a-be2a-213b5544ddc1"), 404, "SubscriptionNotFound"],
    [servicePath.replace(ids.group, "nowhere"), 404, "ResourceGroupNotFound"],
    [`${servicePath}x`, 404, "ResourceNotFound"],
    [`${servicePath}x/certificates`, 404, "ResourceNotFound"],
    [`${servicePath}x/skus`, 404, "ResourceNotFound"],
    [`${subscriptionPath}/nothing`, 404, "InvalidResourceType"],
  ])("answers %s in the envelope of the front door", async (path, status, code) => {
    expect(await new Harness().ask(path)).toMatchObject({ status, body: { error: { code } } });
  });

  it.each([
    ["Microsoft.Devices/provisioningServices/listkeys/action", `${servicePath}/listkeys`, "POST"],
    ["Microsoft.Devices/provisioningServices/keys/listkeys/action", `${servicePath}/keys/backend/listkeys`, "POST"],
    ["Microsoft.Devices/provisioningServices/Read", servicePath, "GET"],
    ["Microsoft.Devices/provisioningServices/delete", servicePath, "DELETE"],
    ["Microsoft.Devices/provisioningServices/skus/read", `${servicePath}/skus`, "GET"],
  ])("denies %s, and nothing else, to whom it was denied", async (action, path, method) => {
    const harness = new Harness();
    harness.emulator.seed.denial({ objectId: ids.clientObject, actions: [action] });
    const refused = await harness.ask(path, { method });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: "AuthorizationFailed" } } });
    expect((await harness.ask(`${servicePath}/certificates`)).status).toBe(200);
    harness.emulator.seed.denial({ objectId: ids.clientObject, actions: [] });
    expect((await harness.ask(path, { method })).status).toBeLessThan(300);
  });

  it("says which method is not allowed", async () => {
    const reply = await new Harness().ask(`${servicePath}/skus`, { method: "DELETE", offContract: true });
    expect(reply).toMatchObject({ status: 405, body: { error: { code: "HttpMethodNotAllowed" } } });
    expect((await new Harness().ask(`${servicePath}/listkeys`, { offContract: true })).status).toBe(405);
  });
});

describe("throttling", () => {
  const bucket = (size: number) => ({ size, perSecond: 1 });

  it("counts listkeys as a write and answers minutes of Retry-After", async () => {
    const harness = new Harness();
    harness.emulator.configure({ throttling: { reads: bucket(2), writes: bucket(2), deletes: bucket(1) } });
    const list = () => harness.ask(`${servicePath}/listkeys`, { method: "POST" });
    const left = (reply: { headers: Headers }) => reply.headers.get("x-ms-ratelimit-remaining-subscription-writes");
    expect(left(await list())).toBe("1");
    expect((await harness.get()).headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBeNull();
    expect(left(await list())).toBe("0");
    const refused = await list();
    expect(refused).toMatchObject({ status: 429, body: { error: { code: "ResourceRequestsThrottled" } } });
    expect(refused.text).toContain("after '372' seconds");
    expect(refused.headers.get("retry-after")).toBe("372");
    expect((await harness.get()).status).toBe(200);
    expect((await harness.get()).status).toBe(429);
    harness.tick(1_000);
    expect((await list()).status).toBe(200);
    expect((await list()).status).toBe(429);
  });

  it("reports what recordings show", async () => {
    const harness = new Harness();
    const put = await harness.put(await harness.whole());
    expect(put.headers.get("x-ms-ratelimit-remaining-subscription-resource-requests")).toBe("4999");
    await harness.settle(put);
    const deleted = await harness.ask(servicePath, { method: "DELETE" });
    expect(deleted.headers.get("x-ms-ratelimit-remaining-subscription-deletes")).toBe("199");
  });
});

describe("IoT hubs", () => {
  it("lists the keys of a hub, which another writer rotates", async () => {
    const harness = new Harness();
    const list = async () => {
      const reply = await harness.ask<{ value: { primaryKey: string }[] }>(`${hubPath}/listkeys`, { method: "POST" });
      return reply.body.value;
    };
    const before = await list();
    expect(before).toHaveLength(2);
    const key = harness.emulator.otherWriter.rotateHubKey("hub-eu", "iothubowner", "primary");
    const [owner] = await list();
    expect(owner?.primaryKey).toBe(key);
    expect(key).not.toBe(before[0]?.primaryKey);
    expect(harness.emulator.state.linkWorks(ids.service, "hub-eu")).toBe(false);
    const one = await harness.ask(`${hubPath}/IotHubKeys/IOTHUBOWNER/listkeys`, { method: "POST" });
    expect(one.body).toEqual(owner);
    const none = await harness.ask(`${hubPath}/iothubkeys/none/listkeys`, { method: "POST" });
    expect(none.status).toBe(404);
    expect((await harness.ask(hubPath)).body).toMatchObject({ properties: { hostName: "hub-eu.azure-devices.net" } });
  });
});
