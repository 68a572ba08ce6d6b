import { describe, expect, test } from "vitest";
import { azureSphereConnectionSchema } from "../../../lib/contracts/connections/azure-sphere.ts";
import { dateMsOf } from "../../../lib/providers/azure-sphere/dates.ts";
import { retirements } from "../../../lib/providers/azure-sphere/index.ts";
import { failureOf } from "../support.ts";
import { appImage, connection, createFleet, groupId, requestFor, tenantId } from "./support.ts";

describe("the provider", () => {
  test("serialises by tenant and device group, without case", () => {
    const { provider } = createFleet();
    const upper = requestFor([appImage], groupId.toUpperCase());
    expect(provider.turnOf(upper)).toBe(`azure-sphere:${tenantId}:${groupId}`);
    expect(provider.turnOf(requestFor())).toBe(provider.turnOf(upper));
  });

  test("settles and paces by default, and by option", () => {
    const { provider } = createFleet();
    expect(provider).toMatchObject({
      kind: "azure-sphere",
      settling: { requestTimeoutMs: 30_000, settlingMs: 300_000, lookEveryMs: 60_000 },
      pollPace: { firstMs: 2_000, maxMs: 300_000 },
    });
    const quick = createFleet({ provider: { settling: { settlingMs: 5 }, pollPace: { maxMs: 7 } } }).provider;
    expect(quick.settling).toEqual({ requestTimeoutMs: 30_000, settlingMs: 5, lookEveryMs: 60_000 });
    expect(quick.pollPace).toEqual({ firstMs: 2_000, maxMs: 7 });
  });

  test("refuses fields and handles of another shape", async () => {
    const { provider } = createFleet();
    expect(() => provider.plan({ ...requestFor(), fields: { deviceGroupId: "x", images: [] } })).toThrow(/2 problem/);
    const polled = provider.poll(requestFor(), { operationId: "../x" }, undefined, createFleet().context());
    expect(await failureOf(polled)).toMatchObject({ name: "InvalidInputError" });
  });

  test("works below a path of its endpoint", () => {
    const endpoint = "https://gateway.example/sphere/";
    const { provider } = createFleet({ provider: { connection: { ...connection, endpoint } } });
    expect(provider.plan(requestFor())[0]?.url).toBe(
      `https://gateway.example/sphere/v2/tenants/${tenantId}/devicegroups/${groupId}`,
    );
  });
});

describe("the retirement of the API", () => {
  test("is known for every api that a connection can name", () => {
    const { api } = azureSphereConnectionSchema.parse(connection);
    expect(retirements[api]).toMatchObject({ api: "legacy-v2", retiresOn: "2027-09-27" });
    expect(retirements[api].see).toMatch(/^https:\/\/learn\.microsoft\.com\//);
    expect(Number.isNaN(Date.parse(retirements[api].retiresOn))).toBe(false);
  });
});

describe("a date of the API", () => {
  const noon = Date.parse("2026-11-21T12:00:00.123Z");

  test.each([
    "2026-11-21T12:00:00.1230000Z",
    "2026-11-21T12:00:00.123Z",
    "2026-11-21T12:00:00.123",
    "2026-11-21T12:00:00.1230000",
    "2026-11-21T13:00:00.123+01:00",
    "2026-11-21T13:00:00.123+0100",
  ])("%s is read, and without a zone it is UTC", (text) => {
    expect(dateMsOf(text)).toBe(noon);
  });

  test.each([
    ["2026-11-21", "2026-11-21T00:00:00Z"],
    ["11/21/2026 12:00:00", "2026-11-21T12:00:00Z"],
    ["11/21/2026 12:00:00 PM", "2026-11-21T12:00:00Z"],
    ["2026-11-21 12:00:00", "2026-11-21T12:00:00Z"],
    ["2026-11-21 12:00:00Z", "2026-11-21T12:00:00Z"],
    ["Sat, 21 Nov 2026 12:00:00 GMT", "2026-11-21T12:00:00Z"],
  ])("%s is read as %s", (text, iso) => {
    expect(dateMsOf(text)).toBe(Date.parse(iso));
  });

  test.each([
    null,
    undefined,
    "",
    "soon",
    "12:00",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00Z",
    "2026-13-45T00:00:00Z",
  ])("%j cannot be read", (text) => {
    expect(dateMsOf(text)).toBeUndefined();
  });
});
