import { describe, expect, test } from "vitest";
import type { OperationRequest } from "../../../../lib/contracts/request.ts";
import { createWorld, management, rotationRequest, where } from "../support.ts";
import { makeAuthority } from "./authorities.ts";

const authority = makeAuthority({ nowMs: Date.parse("2026-11-21T09:00:00Z") });
const secret = { $secret: "vault:dps-x" };
const requests: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "put-service": { location: "westeurope", sku: { name: "S1", capacity: 1 } },
  "tag-service": { tags: { a: "b" } },
  "delete-service": {},
  "put-policy": { policy: { keyName: "p", rights: "ServiceConfig", primaryKey: secret } },
  "delete-policy": { policy: "p" },
  "relink-hub": { hub: "hub-eu.azure-devices.net", connectionString: secret },
  "put-certificate": { certificate: "root", content: authority.pem },
  "verify-certificate": { certificate: "root", content: authority.pem, signWith: secret },
  "delete-certificate": { certificate: "root" },
  read: { read: "keys" },
};
const requestOf = (type: string, fields: object = requests[type] ?? {}) =>
  ({
    ...rotationRequest(),
    type: `drover.azure-dps.${type}` as OperationRequest["type"],
    fields: { ...where, ...fields },
  }) as OperationRequest;

describe("the plan of", () => {
  test.each([
    ["put-service", ["PUT dps-eu"]],
    ["tag-service", ["PATCH dps-eu"]],
    ["delete-service", ["DELETE dps-eu"]],
    ["put-policy", ["PUT dps-eu"]],
    ["delete-policy", ["PUT dps-eu"]],
    ["relink-hub", ["PUT dps-eu"]],
    ["put-certificate", ["PUT root"]],
    ["verify-certificate", ["PUT root", "POST generateVerificationCode", "POST verify"]],
    ["delete-certificate", ["DELETE root"]],
    ["read", []],
  ])("%s names the calls that change something, and sends none", (type, expected) => {
    const world = createWorld();
    const plan = world.provider.plan(requestOf(type));
    const changing = plan.filter(({ changes }) => changes);
    expect(changing.map(({ method, url }) => `${method} ${new URL(url).pathname.split("/").at(-1)}`)).toEqual(expected);
    expect(plan.every(({ url }) => url.startsWith(management))).toBe(true);
    expect(world.calls()).toEqual([]);
  });
});

describe("a turn", () => {
  test.each(Object.keys(requests))("of %s is taken on the service by what writes", (type) => {
    const turn = createWorld().provider.turnOf(requestOf(type));
    expect(turn === undefined).toBe(type === "read");
  });
});

test("fields that are none of the type are refused", () => {
  const { provider } = createWorld();
  expect(() => provider.plan(requestOf("put-policy", { policy: { keyName: "a/b", rights: "ServiceConfig" } }))).toThrow(
    "policy",
  );
  expect(() => provider.plan(requestOf("relink-hub", { hub: "x" }))).toThrow("hub");
});
