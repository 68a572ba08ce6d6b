import { describe, expect, test } from "vitest";
import { stateOf, states } from "../../../lib/providers/azure-dps/states.ts";
import { newerSettingNames } from "../../../lib/providers/azure-dps/versions.ts";
import { failureOf } from "../support.ts";
import { answeringTo, createWorld, rewriting, rotationRequest, toService, type WorldOptions } from "./support.ts";

function looking(options: WorldOptions) {
  const world = createWorld(options);
  return { world, look: () => world.provider.rotation.policyKeys(rotationRequest()).look(world.context()) };
}

const withState = (state: unknown): WorldOptions => ({
  through: rewriting(toService, (body) => ({ ...body, properties: { ...(body["properties"] as object), state } })),
});

describe("the state of a service", () => {
  test("has a row for every value of the contract", () => {
    expect(Object.keys(states).toSorted()).toEqual(
      [
        "Activating",
        "Active",
        "Deleting",
        "Deleted",
        "ActivationFailed",
        "DeletionFailed",
        "Transitioning",
        "Suspending",
        "Suspended",
        "Resuming",
        "FailingOver",
        "FailoverFailed",
      ].toSorted(),
    );
    expect(stateOf(" aCTive ")?.name).toBe("Active");
    for (const text of ["", null, undefined, 7, "toString"]) expect(stateOf(text)).toBeUndefined();
  });

  test.each(["Activating", "Transitioning", "Suspending", "Resuming", "FailingOver"])(
    "%s is waited for",
    async (state) => {
      expect(await failureOf(looking(withState(state)).look())).toMatchObject({
        name: "RetryableError",
        code: "in-transition",
        effect: "none",
      });
    },
  );

  test.each([
    ["Suspended", "service-suspended"],
    ["ActivationFailed", "activation-failed"],
    ["DeletionFailed", "deletion-failed"],
    ["FailoverFailed", "failover-failed"],
    ["Deleting", "service-deleting"],
    ["Deleted", "service-deleted"],
    ["Napping", "unknown-state"],
    [null, "unknown-state"],
    [undefined, "unknown-state"],
  ])("%s ends it with %s, and no key is read", async (state, code) => {
    const { world, look } = looking(withState(state));
    const error = await failureOf(look());
    expect(error).toMatchObject({ name: "PermanentError", code, effect: "none" });
    if (typeof state === "string") expect(String(error)).toContain(state);
    expect(world.emulator.calls("IotDpsResource_ListKeys")).toBe(0);
  });
});

describe("settings that the connection's version does not show", () => {
  test.each([
    ["publicNetworkAccess", "Disabled"],
    ["enableDataResidency", true],
    ["deviceRegistryNamespace", "ns"],
    ["portalOperationsHostName", "portal.example"],
  ] as const)("refuse a write that may reset %s", async (name, value) => {
    const { world, look } = looking({ service: { newer: { [name]: value } } });
    expect(await failureOf(look())).toMatchObject({
      name: "PermanentError",
      code: "would-reset",
      effect: "none",
      message: expect.stringContaining(`may reset, got ${name}:`),
    });
    expect(world.emulator.calls("IotDpsResource_ListKeys")).toBe(0);
  });

  const shown = (over: object, top: object = {}) => ({
    through: rewriting(/^GET .*dps-eu\?api-version=2026/, (body) => ({
      ...body,
      ...top,
      properties: { ...(body["properties"] as object), ...over },
    })),
  });

  test.each([
    [{ ipFilterRules: [{ filterName: "a" }] }, {}, "ipFilterRules"],
    [{ privateEndpointConnections: [{}] }, {}, "privateEndpointConnections"],
    [{}, { identity: { type: "SystemAssigned" } }, "identity"],
    [{ iotHubs: [{ name: "h", authenticationType: "SystemAssigned" }] }, {}, "hubs linked by an identity"],
  ])("are found wherever they stand: %j %j", async (over, top, name) => {
    expect(await failureOf(looking(shown(over, top)).look())).toMatchObject({
      code: "would-reset",
      message: expect.stringContaining(name),
    });
  });

  test.each([
    [
      {
        publicNetworkAccess: "enabled",
        ipFilterRules: [],
        privateEndpointConnections: [],
        enableDataResidency: false,
        disableLocalAuth: false,
        deviceRegistryNamespace: null,
        portalOperationsHostName: "",
      },
      {},
    ],
    [{}, { identity: { type: "None" } }],
    [{}, { identity: null }],
  ])("are none when nobody touched them: %j %j", async (over, top) => {
    expect(await looking(shown(over, top)).look()).toHaveProperty("seen");
  });

  test("are no hindrance where the version knows them", async () => {
    const options = {
      service: { newer: { publicNetworkAccess: "Disabled" } },
      connection: { apiVersion: "2020-03-01" },
    };
    expect(await looking(options).look()).toHaveProperty("seen");
  });

  test("that switch keys off end it, in every version", async () => {
    for (const apiVersion of ["2017-11-15", "2026-08-31"]) {
      const { look } = looking({ service: { newer: { disableLocalAuth: true } }, connection: { apiVersion } });
      expect(await failureOf(look())).toMatchObject({ name: "PermanentError", code: "keys-disabled" });
    }
  });

  test("are asked of an older version where a cloud knows no newer one", async () => {
    const refuse = answeringTo(/api-version=202[56]/, () =>
      Response.json({ error: { code: "NoRegisteredProviderFound", message: "no" } }, { status: 400 }),
    );
    const { world, look } = looking({ through: refuse, service: { newer: { publicNetworkAccess: "Disabled" } } });
    expect(await failureOf(look())).toMatchObject({ code: "would-reset" });
    expect(world.calls().at(-1)).toContain("api-version=2022-12-12");
    const one = looking({
      through: answeringTo(/api-version=2026/, () =>
        Response.json({ error: { code: "InvalidApiVersionParameter", message: "no" } }, { status: 400 }),
      ),
    });
    await one.look();
    expect(one.world.calls().some((call) => call.includes("2022-12-12"))).toBe(false);
    const older = looking({
      through: answeringTo(/api-version=20(?:22|25|26)/, () =>
        Response.json({ error: { code: "NoRegisteredProviderFound", message: "no" } }, { status: 400 }),
      ),
    });
    expect(await older.look()).toHaveProperty("seen");
  });

  test("stop everything when they cannot be read", async () => {
    const { look } = looking({ through: answeringTo(/api-version=2026/, () => new Response("", { status: 500 })) });
    expect(await failureOf(look())).toMatchObject({ name: "RetryableError", effect: "none" });
    expect(newerSettingNames.length).toBe(8);
  });
});
