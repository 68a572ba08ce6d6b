import { describe, expect, test } from "vitest";
import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { DpsRotationWorld, graceMs, published, readIntervalMs, vaultName } from "./dps-rotation-world.ts";

const { service, policy, ownerPolicy } = demoDpsIds;

/** Reads what is published once in an interval, and asks the service for something every second. */
function consumer(rotation: DpsRotationWorld, readAfterMs: number) {
  const { clock } = rotation.world;
  const calls = { served: 0, refused: 0 };
  const read = () => rotation.dps.vaults.current(vaultName, published) ?? "";
  let key = read();
  let readAt = clock.now() - readAfterMs;
  const tick = async () => {
    if (clock.now() - readAt >= readIntervalMs) {
      key = read();
      readAt = clock.now();
    }
    calls[(await rotation.serves(key)) ? "served" : "refused"] += 1;
    clock.after(1_000, () => void tick());
  };
  void tick();
  return calls;
}

describe("A rotation of a policy's keys, with the client and the targets as shipped", () => {
  test("serves every call of every consumer, through two rotations", async () => {
    const rotation = new DpsRotationWorld({ mode: "cloud" });
    const others = structuredClone(rotation.dps.state.service(service)?.config);
    const consumers = [0, 20_000, 59_000].map((afterMs) => consumer(rotation, afterMs));
    const done = (id: string) => () => rotation.row(id)?.state === "ended";
    for (const id of ["one", "two"]) {
      rotation.submit(id);
      expect(await rotation.world.run(done(id), 3 * graceMs)).toBe(true);
      expect(rotation.row(id)).toMatchObject({ outcome: "succeeded" });
    }
    await rotation.world.run(() => false, graceMs);
    for (const { served, refused } of consumers) {
      expect(refused).toBe(0);
      expect(served).toBeGreaterThan((3 * graceMs) / 1_000);
    }
    expect(wrongAtTheEnd(rotation.world.store)).toEqual([]);
    expect(rotation.refusedConsumers()).toEqual([]);
    expect(rotation.stored.size).toBe(0);
    // Everything outside the slots is as it was.
    const after = rotation.dps.state.service(service)?.config;
    const withoutOurs = (config: typeof after) => ({
      ...config,
      policies: config?.policies.filter(({ keyName }) => keyName !== policy),
    });
    expect(withoutOurs(after)).toEqual(withoutOurs(others));
    expect(rotation.dps.state.linkWorks(service, demoDpsIds.hub)).toBe(true);
    expect(rotation.dps.state.acceptedWrites(service)).toBe(4);
    expect(rotation.row("one")?.result).toMatchObject({ slot: "secondary" });
    expect(rotation.row("two")?.result).toMatchObject({ slot: "primary" });
  });

  test("lets no key, token or signed URL travel", async () => {
    const rotation = new DpsRotationWorld({ mode: "local" });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    const written = rotation.everythingWritten() + rotation.besideTheValues();
    const keys = rotation.dps.state.everyKey();
    expect(keys.length).toBeGreaterThan(5);
    for (const secret of [...keys, "canary", "Bearer", "&sig=", "SharedAccess", "asyncinfo"]) {
      expect(written.includes(secret), `${secret.slice(0, 12)} was written somewhere`).toBe(false);
    }
  });

  test.each([
    [
      "the replies to both writes are lost",
      { kind: "drop", takesEffect: true, operation: "IotDpsResource_CreateOrUpdate", times: 2 },
    ],
    [
      "both writes are lost",
      { kind: "drop", takesEffect: false, operation: "IotDpsResource_CreateOrUpdate", times: 2 },
    ],
    [
      "the first write lands late",
      { kind: "late-landing", landsAfterMs: 50_000, operation: "IotDpsResource_CreateOrUpdate", times: 1 },
    ],
    [
      "the front door throttles for minutes",
      {
        kind: "status",
        status: 429,
        body: "envelope",
        retryAfterSeconds: 372,
        operation: "IotDpsResource_ListKeys",
        times: 2,
      },
    ],
    [
      "answers are pages of a gateway",
      { kind: "status", status: 502, body: "html", operation: "IotDpsResource_*", times: 4 },
    ],
    [
      "results of operations are gone",
      { kind: "status", status: 404, operation: "IotDpsResource_GetOperationResult", times: 8 },
    ],
    [
      "status URLs lead elsewhere",
      {
        kind: "foreign-status-url",
        origin: "https://evil.example",
        operation: "IotDpsResource_CreateOrUpdate",
        times: 2,
      },
    ],
    ["the vault loses replies", { kind: "drop", takesEffect: true, operation: "SetSecret", times: 1 }],
  ] as const)("comes to its end when %s", async (_, fault) => {
    const rotation = new DpsRotationWorld({ mode: "cloud" });
    if (fault.operation === "SetSecret") rotation.dps.vaults.addFault({ ...fault, kind: "drop" });
    else rotation.dps.addFault(fault);
    rotation.submit("one");
    expect(await rotation.runUntilQuiet()).toBe(true);
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    expect(wrongAtTheEnd(rotation.world.store)).toEqual([]);
    expect(rotation.refusedConsumers()).toEqual([]);
    const keys = new Set(rotation.keysInForce().flatMap(({ keys }) => keys));
    expect(keys.size).toBe(4);
  });

  test.each([
    ["the service is suspended", { service, state: "Suspended" }],
    ["local authentication is off", { service, newer: { disableLocalAuth: true } }],
    [
      "a write would reset what this api-version does not know",
      { service, newer: { publicNetworkAccess: "Disabled" } },
    ],
    ["the policy is gone", { service, removePolicy: policy }],
  ] as const)("is refused before anything is written when %s", async (_, write) => {
    const rotation = new DpsRotationWorld({ mode: "cloud" });
    rotation.dps.otherWriter.write(write);
    rotation.submit("one");
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "failed" });
    expect(rotation.dps.state.acceptedWrites(service)).toBe(0);
    expect(rotation.row("one")?.reason).toMatch(/, got /);
  });

  test.each([
    ["a secret that requests may not publish", { target: "kv", secret: "payroll" }, "secret-not-permitted"],
    ["a target that is not configured", { target: "elsewhere", secret: "dps-backend" }, "unknown-target"],
  ])("is refused before anything is written for %s", async (_, publication, code) => {
    const rotation = new DpsRotationWorld({ mode: "cloud" });
    rotation.submit("one", { publish: [publication] });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "failed", code });
    expect(rotation.dps.state.acceptedWrites(service)).toBe(0);
  });

  test.each(["failed", "canceled"] as const)("says what stands when the second change is %s", async (result) => {
    const rotation = new DpsRotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", 3_600_000);
    rotation.dps.script({ result, times: 1 });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "partially-succeeded", code: "not-in-force" });
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("waits while somebody else changes the service, and recomputes what it writes", async () => {
    const rotation = new DpsRotationWorld({ mode: "cloud" }, { staleEtag: "refuse-412" });
    rotation.dps.otherWriter.occupy(service, 90_000);
    rotation.dps.addFault({
      kind: "other-writer",
      moment: "before",
      operation: "IotDpsResource_CreateOrUpdate",
      times: 1,
      write: { service, tags: { owner: "somebody" }, key: { keyName: ownerPolicy, slot: "primary" } },
    });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.dps.state.service(service)?.config.tags).toEqual({ owner: "somebody" });
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("ended by somebody in the grace leaves both keys good", async () => {
    const rotation = new DpsRotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", 3_600_000);
    await cancelOperation(rotation.world.outside, operationIdOf("/test", "one"), { by: "carol" });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "cancelled", code: "aborted" });
    expect(rotation.dps.state.acceptedWrites(service)).toBe(1);
    expect(rotation.refusedConsumers()).toEqual([]);
    expect(rotation.stored.size).toBe(0);
  });
});
