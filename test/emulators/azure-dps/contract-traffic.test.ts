import { describe, expect, it } from "vitest";
import { ContractTraffic } from "./contract-traffic.ts";
import { servicePath } from "./harness.ts";

const origin = "https://management.azure.com";
const version = "api-version=2017-11-15";

async function judged(path: string, init: RequestInit, status: number, body: unknown) {
  const traffic = new ContractTraffic();
  const text = body === undefined ? null : JSON.stringify(body);
  const fetch = traffic.wrapFetch(async () => new Response(text, { status }));
  const reply = await fetch(`${origin}${path}`, init);
  expect(reply.status).toBe(status);
  return traffic.breaches().map(({ where, problem }) => `${where}: ${problem}`);
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});
const service = { location: "eastus", sku: { name: "S1" }, properties: {} };
const full = { ...service, name: "dps-eu" };

describe("a watch over traffic", () => {
  it.each<[string, string, RequestInit, number, unknown, RegExp[]]>([
    ["a fine read", `${servicePath}?${version}`, {}, 200, full, []],
    ["a fine write", `${servicePath}?${version}`, json("PUT", service), 201, full, []],
    ["another version", `${servicePath}?api-version=2022-02-05`, json("PUT", { a: 1 }), 200, { a: 1 }, []],
    ["another resource type", `/providers/Microsoft.Compute/x?${version}`, {}, 200, {}, []],
    ["an unknown path", `${servicePath}/x?${version}`, {}, 200, {}, [/no operation of the contract/]],
    [
      "a body that misses what it needs",
      `${servicePath}?${version}`,
      json("PUT", { location: "x" }),
      400,
      {},
      [/'sku'/, /'properties'/],
    ],
    [
      "a property of a newer version",
      `${servicePath}?${version}`,
      json("PUT", { ...service, identity: {} }),
      201,
      full,
      [/"identity"/],
    ],
    [
      "a certificate in the form of another version",
      `${servicePath}/certificates/a?${version}`,
      json("PUT", { properties: { certificate: "x" } }),
      200,
      {},
      [/"additionalProperty":"properties"/],
    ],
    [
      "a delete without its etag",
      `${servicePath}/certificates/a?${version}`,
      { method: "DELETE" },
      204,
      undefined,
      [/header parameter If-Match/],
    ],
    ["a poll without asyncinfo is a known deviation", `${servicePath}/operationresults/x?${version}`, {}, 200, {}, []],
    ["a status that is not declared", `${servicePath}?${version}`, json("PUT", service), 202, full, [/the status 202/]],
    [
      "an answer of the wrong type",
      `${servicePath}?${version}`,
      {},
      200,
      { ...full, tags: { a: 1 } },
      [/\/tags\/a must be string/],
    ],
    [
      "a bad date",
      `${servicePath}/certificates?${version}`,
      {},
      200,
      { value: [{ properties: { expiry: "2026-11-21" } }] },
      [/expiry must match format/],
    ],
    [
      "a body of a read",
      `${servicePath}/listkeys?${version}`,
      json("POST", {}),
      200,
      { value: [] },
      [/body where none/],
    ],
    [
      "a body that hides that it is JSON",
      `${servicePath}?${version}`,
      { method: "PUT", body: JSON.stringify(service) },
      201,
      full,
      [/does not say it is JSON/],
    ],
  ])("judges %s", async (_what, path, init, status, body, problems) => {
    const found = await judged(path, init, status, body);
    expect(found).toHaveLength(problems.length);
    problems.forEach((problem, index) => {
      expect(found[index]).toMatch(problem);
    });
  });
});
