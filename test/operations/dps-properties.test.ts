import fc from "fast-check";
import { expect, test } from "vitest";
import { DpsWorld, service } from "./dps-world.ts";

/** Sets without what others imply, which the service drops. */
const rights = fc.constantFrom(
  "ServiceConfig",
  "EnrollmentRead",
  "EnrollmentWrite",
  "ServiceConfig, DeviceConnect, EnrollmentWrite",
  "RegistrationStatusRead",
);
const policyName = fc.constantFrom("backend", "Reader", "ops_1", "a.b-c", "last");
const tags = fc.dictionary(fc.constantFrom("a", "owner", "x-y", "Ünï"), fc.string({ minLength: 1, maxLength: 12 }), {
  maxKeys: 4,
});
const allocationPolicy = fc.constantFrom("Hashed", "GeoLatency", "Static");
const weight = fc.integer({ min: 1, max: 1000 });

const seeded = fc.record({
  tags,
  allocationPolicy,
  policies: fc
    .uniqueArray(fc.record({ keyName: policyName, rights }), {
      selector: ({ keyName }) => keyName.toLowerCase(),
      maxLength: 4,
    })
    .map((others) => [
      { keyName: "provisioningserviceowner", rights: "ServiceConfig, DeviceConnect, EnrollmentWrite" },
      ...others,
    ]),
  hubs: fc
    .subarray([
      { name: "hub-eu", keyName: "iothubowner" },
      { name: "hub-us", keyName: "service" },
    ])
    .chain((links) =>
      fc.tuple(
        ...links.map((link) =>
          fc
            .record({ allocationWeight: weight, applyAllocationPolicy: fc.boolean() })
            .map((more) => ({ ...link, ...more })),
        ),
      ),
    ),
});
const settings = fc.record({
  staleEtag: fc.constantFrom("ignore", "refuse-412", "refuse-409"),
  etagFrom: fc.constantFrom("header-and-body", "header", "body"),
  policiesInGet: fc.constantFrom("absent", "empty"),
  pageSize: fc.constantFrom(null, 1),
  statusUrl: fc.constantFrom("signed-long", "short"),
  errorShape: fc.constantFrom("numeric", "pascal"),
  patchStatus: fc.constantFrom(200, 201, 202),
} as const);

const wish = { location: "westeurope" };
const change = fc.oneof(
  fc
    .record({ keyName: policyName, rights })
    .map((policy) => ({ type: "put-policy", data: { policy }, policy: policy.keyName, part: "" })),
  policyName.map((policy) => ({ type: "delete-policy", data: { policy }, policy, part: "" })),
  tags.map((wanted) => ({ type: "tag-service", data: { tags: wanted }, policy: "", part: "tags" })),
  tags.map((wanted) => ({
    type: "put-service",
    data: { ...wish, sku: { name: "S1", capacity: 1 }, tags: wanted },
    policy: "",
    part: "tags",
  })),
  fc.integer({ min: 1, max: 9 }).map((capacity) => ({
    type: "put-service",
    data: { ...wish, sku: { name: "S1", capacity } },
    policy: "",
    part: "sku",
  })),
  allocationPolicy.map((wanted) => ({
    type: "put-service",
    data: { ...wish, sku: { name: "S1", capacity: 1 }, properties: { allocationPolicy: wanted } },
    policy: "",
    part: "allocationPolicy",
  })),
);

test("whatever a request does not name is the same, byte for byte, after it", async () => {
  await fc.assert(
    fc.asyncProperty(seeded, settings, change, async (seed, chosen, { type, data, policy, part }) => {
      const all = new DpsWorld({ mode: "cloud" }, { service: seed, scenario: { settings: chosen } });
      const before = all.config;
      const row = await all.end(type, data);
      const after = all.config;
      expect(row, row?.reason).toMatchObject({ outcome: "succeeded" });
      const unnamed = (config: typeof before) => {
        const { policies = [], ...rest } = config ?? {};
        const others = policies.filter(({ keyName }) => keyName.toLowerCase() !== policy.toLowerCase());
        return JSON.stringify([others, { ...rest, [part]: "named" }]);
      };
      expect(unnamed(after)).toBe(unnamed(before));
      // Of a policy that was there, the keys stay too.
      const keysOf = (config: typeof before) =>
        config?.policies.find(({ keyName }) => keyName.toLowerCase() === policy.toLowerCase());
      const [old, young] = [keysOf(before), keysOf(after)];
      if (old && young) expect([young.primaryKey, young.secondaryKey]).toEqual([old.primaryKey, old.secondaryKey]);
      if (part !== "") {
        const asked = { ...data, ...("properties" in data ? data.properties : {}) } as Readonly<
          Record<string, unknown>
        >;
        const wanted = asked[part];
        if (part === "sku") expect(after?.sku).toMatchObject(wanted as object);
        else expect(after?.[part as "tags"]).toEqual(wanted);
      }
      // Asked for again, it changes nothing.
      expect(await all.end(type, data, "again")).toMatchObject({ outcome: "succeeded", result: { changed: false } });
      expect(all.config).toEqual(after);
      expect([all.traffic.breaches(), all.leaks()]).toEqual([[], []]);
      expect(all.emulator.state.service(service)).not.toBeNull();
    }),
    { numRuns: 60 },
  );
});
