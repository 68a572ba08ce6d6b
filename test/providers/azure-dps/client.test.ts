import { describe, expect, test } from "vitest";
import { Secret } from "../../../lib/contracts/secret.ts";
import { dateMsOf } from "../../../lib/providers/azure-dps/dates.ts";
import { withTags } from "../../../lib/providers/azure-dps/document.ts";
import { editable } from "../../../lib/providers/azure-dps/editable.ts";
import { begun } from "../../../lib/providers/azure-dps/polling.ts";
import { verificationCodeSchema } from "../../../lib/providers/azure-dps/wire.ts";
import { makeCertificate } from "../../emulators/azure-dps/x509.ts";
import { failureOf, signal } from "../support.ts";
import {
  answeringTo,
  createWorld,
  management,
  owner,
  policy,
  rewriting,
  rotationRequest,
  subscriptionId,
  toKeys,
  toService,
  type World,
  where,
} from "./support.ts";

const at = `/subscriptions/${subscriptionId}/resourceGroups/iot-eu/providers/Microsoft.Devices/provisioningServices/dps-eu`;
const window = (world: World) => ({ sendBefore: world.time.now() + 10_000 });

async function documentOf({ parts }: World) {
  const { client } = parts;
  const description = await client.service(where, signal);
  return editable(description, await client.keys(where, signal), { name: "dps-eu", apiVersion: client.apiVersion });
}

async function pollToEnd(world: World, polling: unknown) {
  for (let n = 0; n < 10; n += 1) {
    const seen = await world.provider.poll(rotationRequest(), polling as never, undefined, world.context());
    if (seen.kind !== "in-progress") return seen;
    world.time.advance(10_000);
  }
  throw new Error("Expected an end, got none");
}

describe("reads", () => {
  test("are one request each, at the documented paths", async () => {
    const world = createWorld();
    const { client } = world.parts;
    expect(await client.operations(signal)).toContainEqual(
      expect.objectContaining({ name: "Microsoft.Devices/provisioningServices/Write" }),
    );
    expect(await client.nameAvailability("dps-new", signal)).toEqual({ nameAvailable: true, message: "name is valid" });
    expect(await client.nameAvailability("dps-eu", signal)).toMatchObject({ nameAvailable: false });
    expect(await client.servicesOfSubscription(signal)).toHaveLength(1);
    expect(await client.servicesOf("iot-eu", signal)).toHaveLength(1);
    expect(await client.service(where, signal)).toMatchObject({ name: "dps-eu", properties: { state: "Active" } });
    expect(await client.keys(where, signal)).toHaveLength(4);
    expect(await client.key(where, policy, signal)).toMatchObject({ keyName: policy, rights: "EnrollmentWrite" });
    expect(await client.certificates(where, signal)).toEqual([]);
    expect(await client.skus(where, signal)).toEqual([{ name: "S1" }]);
    const subscription = `/subscriptions/${subscriptionId}`;
    const version = "?api-version=2017-11-15";
    expect(world.calls()).toEqual([
      `GET /providers/Microsoft.Devices/operations${version}`,
      `POST ${subscription}/providers/Microsoft.Devices/checkProvisioningServiceNameAvailability${version}`,
      `POST ${subscription}/providers/Microsoft.Devices/checkProvisioningServiceNameAvailability${version}`,
      `GET ${subscription}/providers/Microsoft.Devices/provisioningServices${version}`,
      `GET ${at.slice(0, -"/dps-eu".length)}${version}`,
      `GET ${at}${version}`,
      `POST ${at}/listkeys${version}`,
      `POST ${at}/keys/backend/listkeys${version}`,
      `GET ${at}/certificates${version}`,
      `GET ${at}/skus${version}`,
    ]);
    const ids = world.emulator.recorded().map(({ requestHeaders }) => requestHeaders["x-ms-client-request-id"]);
    expect(new Set(ids.filter((id) => id !== undefined)).size).toBe(10);
  });

  test("show keys and connection strings as secrets only", async () => {
    const { client } = createWorld().parts;
    const [first] = await client.keys(where, signal);
    expect(first?.primaryKey).toBeInstanceOf(Secret);
    const { properties } = await client.service(where, signal);
    expect(properties.iotHubs?.[0]?.connectionString).toBeInstanceOf(Secret);
  });

  test("keep absent, null and empty apart", async () => {
    for (const [over, expected] of [
      [{}, undefined],
      [{ authorizationPolicies: null }, null],
      [{ authorizationPolicies: [] }, 0],
      [{ authorizationPolicies: [{ keyName: "x", primaryKey: "y" }] }, 1],
    ] as const) {
      const through = rewriting(toService, (body) => ({
        ...body,
        properties: { ...(body["properties"] as object), ...over },
      }));
      const { properties } = await createWorld({ through }).parts.client.service(where, signal);
      expect(properties.authorizationPolicies).toBe(expected);
    }
    for (const [tags, iotHubs] of [
      [null, null],
      [undefined, undefined],
      [{}, []],
    ] as const) {
      const through = rewriting(toService, (body) => ({
        ...body,
        tags,
        properties: { ...(body["properties"] as object), iotHubs },
      }));
      const world = createWorld({ through });
      const description = await world.parts.client.service(where, signal);
      expect([description.tags, description.properties.iotHubs]).toEqual([tags, iotHubs]);
      const document = await documentOf(world);
      expect([document.tags, document.iotHubs]).toEqual(tags ? [tags, iotHubs] : [undefined, undefined]);
      expect(document.policies).toHaveLength(4);
    }
  });

  test("never take an empty or absent list of policies in a GET for what to write", async () => {
    const document = await documentOf(createWorld({ settings: { policiesInGet: "empty" } }));
    expect(document.policies?.map(({ keyName }) => keyName)).toEqual([owner, policy, "status", "config"]);
  });

  test("log in once more when the token is refused, and tell a person after that", async () => {
    const world = createWorld();
    await world.parts.client.service(where, signal);
    world.emulator.revokeTokens();
    await world.parts.client.service(where, signal);
    expect(world.calls()).toHaveLength(3);
    const refused = createWorld({ through: answeringTo(toService, () => new Response("", { status: 401 })) });
    expect(await failureOf(refused.parts.client.service(where, signal))).toMatchObject({
      name: "UnauthorizedError",
      message: expect.stringContaining("Microsoft.Devices/provisioningServices/read"),
    });
  });

  test("take the result of an operation by its id, with asyncinfo", async () => {
    const world = createWorld({ settings: { statusUrl: "short" } });
    const { client } = world.parts;
    const document = await documentOf(world);
    const { statusUrl } = await client.putService(where, document, window(world), signal);
    const [, id = ""] = /operationResults\/([^?]+)/i.exec(statusUrl?.reveal() ?? "") ?? [];
    expect(await client.operationResult(where, decodeURIComponent(id), signal)).toEqual({ status: "Running" });
    expect(world.calls().at(-1)).toMatch(/&asyncinfo$/);
  });
});

describe("pages", () => {
  test("are read to the end, keys with GET", async () => {
    const world = createWorld({ settings: { pageSize: 1 } });
    expect(await world.parts.client.keys(where, signal)).toHaveLength(4);
    expect(world.calls().map((call) => call.split(" ")[0])).toEqual(["POST", "GET", "GET", "GET"]);
    expect((await world.parts.client.operations(signal)).length).toBe(10);
  });

  test.each([
    ["https://evil.example/x", { code: "foreign-link", message: expect.stringContaining("evil.example") }],
    ["http://[", { code: "foreign-link" }],
    ["https://u:p@management.azure.com/x", { code: "foreign-link" }],
  ])("are not followed to %s", async (nextLink, expected) => {
    const hosts = new Set<string>();
    const change = rewriting(toKeys, (body) => ({ ...body, nextLink }));
    const world = createWorld({
      through: (request, next) => {
        hosts.add(new URL(request.url).host);
        return change(request, next);
      },
    });
    expect(await failureOf(world.parts.client.keys(where, signal))).toMatchObject({
      name: "PermanentError",
      ...expected,
    });
    expect([...hosts]).toEqual(["login.microsoftonline.com", "management.azure.com"]);
  });

  test("end when one comes a second time, and when there are too many", async () => {
    let n = 0;
    const turning = (link: () => string) =>
      answeringTo(/listkeys/, () => new Response(JSON.stringify({ value: [], nextLink: link() })));
    const same = createWorld({ through: turning(() => `${management}${at}/listkeys?x=1`) });
    expect(await failureOf(same.parts.client.keys(where, signal))).toMatchObject({ code: "unreadable-answer-loop" });
    const endless = createWorld({
      through: turning(() => `${management}${at}/listkeys?x=${n++}`),
      provider: { bounds: { listPages: 7 } },
    });
    expect(await failureOf(endless.parts.client.keys(where, signal))).toMatchObject({ code: "too-many-pages" });
    expect(n).toBe(7);
  });

  test("that lack their items are no empty pages", async () => {
    const world = createWorld({ through: answeringTo(toKeys, () => new Response("{}")) });
    expect(await failureOf(world.parts.client.keys(where, signal))).toMatchObject({ name: "RetryableError" });
  });
});

describe("changes of a service", () => {
  test("PUT creates one, without policies, and names where it is followed", async () => {
    const world = createWorld();
    const created = { resourceGroup: "iot-eu", service: "dps-new" };
    const document = { name: "dps-new", location: "West Europe", sku: { name: "S1", capacity: 1 } };
    const accepted = await world.parts.client.putService(created, document, window(world), signal);
    expect(accepted).toMatchObject({ status: 201, statusUrl: expect.any(Secret), requestId: expect.any(String) });
    expect(accepted).not.toHaveProperty("answer");
    expect(world.puts()[0]?.body).toEqual({
      location: "West Europe",
      sku: { name: "S1", capacity: 1 },
      properties: {},
    });
    expect(world.puts()[0]?.headers).not.toHaveProperty("if-match");
    const { polling } = await begun(world.parts, accepted, { change: "put", where: created });
    expect(await pollToEnd(world, polling)).toMatchObject({ outcome: "succeeded", result: { service: "dps-new" } });
  });

  test.each([200, 201, 202] as const)("PATCH replaces the tags (%i)", async (patchStatus) => {
    const world = createWorld({ settings: { patchStatus } });
    const before = world.emulator.state.service("dps-eu");
    const { client } = world.parts;
    const accepted = await client.patchTags(where, { a: "b" }, { ...window(world), etag: before?.etag }, signal);
    const { polling } = await begun(world.parts, accepted, { change: "patch", where, etagBefore: before?.etag });
    expect(await pollToEnd(world, polling)).toMatchObject({ outcome: "succeeded" });
    const after = world.emulator.state.service("dps-eu")?.config;
    expect(after).toEqual({ ...before?.config, tags: { a: "b" } });
    const patch = world.emulator.recorded().find(({ method }) => method === "PATCH");
    expect([patch?.requestText, patch?.requestHeaders["if-match"]]).toEqual(['{"tags":{"a":"b"}}', before?.etag]);
  });

  test("PUT with other tags leaves the rest, policies and links included", async () => {
    const world = createWorld();
    const before = world.emulator.state.service("dps-eu")?.config;
    const document = withTags(await documentOf(world), { x: "y" });
    const accepted = await world.parts.client.putService(
      where,
      document,
      { ...window(world), etag: document.etag },
      signal,
    );
    const { polling } = await begun(world.parts, accepted, { change: "put", where, etagBefore: document.etag });
    await pollToEnd(world, polling);
    const after = world.emulator.state.service("dps-eu")?.config;
    // What other rights imply goes with the first write, and is no loss.
    const withoutRights = (config = before) => config?.policies.map(({ rights: _, ...policy }) => policy);
    expect({ ...after, policies: withoutRights(after) }).toEqual({
      ...before,
      tags: { x: "y" },
      policies: withoutRights(before),
    });
    expect(world.emulator.state.linkWorks("dps-eu", "hub-eu")).toBe(true);
  });

  test.each(["succeeded", "not-found"] as const)(
    "DELETE is followed to its end (%s), also by Location alone",
    async (deletePoll) => {
      for (const headers of ["both", "location", "none"] as const) {
        const world = createWorld({
          settings: { deletePoll, deletedMetadataMs: 5_000, operationRetentionMs: 60_000 },
          through: async (request, next) => {
            const response = await next(request);
            if (request.method !== "DELETE" || headers === "both") return response;
            const location = response.headers.get("location") ?? "";
            return new Response("null", { status: 202, headers: headers === "location" ? { location } : {} });
          },
        });
        const accepted = await world.parts.client.deleteService(where, window(world), signal);
        const { polling } = await begun(world.parts, accepted, { change: "delete", where });
        const look = () => world.provider.poll(rotationRequest(), polling ?? null, undefined, world.context());
        expect(await look()).toMatchObject({ kind: "in-progress" });
        world.time.advance(11_000);
        const ended = { kind: "ended", status: "Deleted", outcome: "succeeded" };
        expect(await look()).toMatchObject(ended);
        world.time.advance(20_000);
        expect(await look()).toMatchObject(ended);
      }
    },
  );

  test.each([404, 204] as const)("DELETE of what is gone is done (%i)", async (deleteMissing) => {
    const world = createWorld({ settings: { deleteMissing } });
    const { client } = world.parts;
    const accepted = await client.deleteService({ ...where, service: "dps-gone" }, window(world), signal);
    expect(accepted.status).toBe(deleteMissing);
    expect(await begun(world.parts, accepted, { change: "delete", where })).not.toHaveProperty("polling");
    const nowhere = { resourceGroup: "nowhere", service: "dps-eu" };
    expect(await failureOf(client.deleteService(nowhere, window(world), signal))).toMatchObject({
      name: "PermanentError",
      code: "resource-group-not-found",
    });
  });

  test("DELETE that ends as failed leaves a service that says so", async () => {
    const world = createWorld({
      through: async (request, next) => {
        const response = await next(request);
        return request.method === "DELETE" ? new Response("null", { status: 202 }) : response;
      },
    });
    world.emulator.script({ service: "dps-eu", result: "failed" });
    const accepted = await world.parts.client.deleteService(where, window(world), signal);
    const { polling } = await begun(world.parts, accepted, { change: "delete", where });
    expect(await pollToEnd(world, polling)).toMatchObject({ outcome: "failed", code: "deletion-failed" });
  });
});

describe("a verification code", () => {
  const read = (verificationCode: string) =>
    verificationCodeSchema.safeParse({ properties: { verificationCode } }).success;

  test.each(["A".repeat(32), "0123456789abcdef".repeat(4), "0A".repeat(24)])("is hex digits: %s", (code) => {
    expect(read(code)).toBe(true);
  });

  test.each([
    "",
    "A".repeat(31),
    "A".repeat(65),
    `${"A".repeat(40)}"; id #`,
    `${"A".repeat(40)}/O=x`,
    `${"A".repeat(40)}\n`,
  ])("is no other text, which a command line would take for more: %j", (code) => expect(read(code)).toBe(false));
});

describe("certificates", () => {
  const valid = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2027, 11, 1) };
  const issuer = makeCertificate({ ...valid, commonName: "fleet-ca" });
  const leafOf = (commonName: string, over = {}) => makeCertificate({ ...valid, commonName, issuer, ...over }).pem;

  test.each(["2017-11-15", "2021-10-15", "2022-02-05", "2022-12-12"])(
    "are uploaded, proven and removed, each step under the ETag of the last (%s)",
    async (apiVersion) => {
      const world = createWorld({ connection: { apiVersion } });
      const { client } = world.parts;
      const put = await client.putCertificate(where, "ca", issuer.pem, window(world), signal);
      expect(put).toMatchObject({ name: "ca", properties: { isVerified: false, subject: "fleet-ca" } });
      expect(dateMsOf(put.properties.created)).toBeUndefined();
      expect(dateMsOf(put.properties.expiry)).toBeGreaterThan(world.time.now());
      const code = await client.generateVerificationCode(
        where,
        "ca",
        { ...window(world), etag: put.etag ?? "" },
        signal,
      );
      expect(code.properties.verificationCode).toMatch(/^[0-9A-F]{48}$/);
      const stale = { ...window(world), etag: put.etag ?? "" };
      const leaf = leafOf(code.properties.verificationCode);
      expect(await failureOf(client.verifyCertificate(where, "ca", leaf, stale, signal))).toMatchObject({
        name: "RetryableError",
        code: "stale-etag",
        effect: "none",
      });
      const fresh = { ...window(world), etag: code.etag ?? "" };
      const expired = leafOf(code.properties.verificationCode, { notAfterMs: Date.UTC(2026, 1, 1) });
      for (const wrong of [leafOf("another name"), expired]) {
        expect(await failureOf(client.verifyCertificate(where, "ca", wrong, fresh, signal))).toMatchObject({
          name: "PermanentError",
          effect: "none",
          message: expect.stringContaining("400020"),
        });
      }
      const verified = await client.verifyCertificate(where, "ca", leaf, fresh, signal);
      expect(verified.properties.isVerified).toBe(true);
      expect(await client.certificate(where, "ca", signal)).toEqual(verified);
      expect(await client.certificates(where, signal)).toEqual([verified]);
      const last = { ...window(world), etag: verified.etag ?? "" };
      expect(await client.deleteCertificate(where, "ca", last, signal)).toMatchObject({ status: 200 });
      expect(await client.deleteCertificate(where, "ca", last, signal)).toMatchObject({ status: 204 });
      expect(await failureOf(client.certificate(where, "ca", signal))).toMatchObject({ code: "certificate-not-found" });
    },
  );

  test("tell their dates, and the year 1 is none", () => {
    expect(dateMsOf("Mon, 01 Jan 0001 00:00:00 GMT")).toBeUndefined();
    expect(dateMsOf("0001-01-01T00:00:00Z")).toBeUndefined();
    expect(dateMsOf("Sat, 21 Nov 2026 09:00:01 GMT")).toBe(Date.UTC(2026, 10, 21, 9, 0, 1));
    expect(dateMsOf("2026-11-21T09:00:01Z")).toBe(Date.UTC(2026, 10, 21, 9, 0, 1));
    for (const text of ["", null, undefined, "soon", "Sat, 21 Foo 2026 09:00:01 GMT"])
      expect(dateMsOf(text)).toBeUndefined();
  });
});
