import { describe, expect, test } from "vitest";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { graceMs, RotationWorld } from "./rotation-world.ts";

const idOf = (id: string) => operationIdOf("/test", id);

function problemsOf(rotation: RotationWorld): string[] {
  return [...wrongAtTheEnd(rotation.world.store), ...rotation.refusedConsumers()];
}

describe("A key rotation", () => {
  test("replaces both keys, one after the other, and no consumer ever holds a dead one", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    const before = rotation.service.keys;
    rotation.submit("one");
    expect(await rotation.runUntilQuiet()).toBe(true);
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    expect(problemsOf(rotation)).toEqual([]);
    const { primary, secondary } = rotation.service.keys;
    expect(new Set([primary, secondary, before.primary, before.secondary]).size).toBe(4);
    expect(rotation.service.calls).toMatchObject({ replace: 2, publish: 2, tried: 2 });
    // What is published is the key of the slot that was idle.
    for (const versions of rotation.service.published.values()) expect(versions.at(-1)?.value).toBe(secondary);
    expect(rotation.staged.size).toBe(0);
    const [published] = rotation.world.store.events.filter(({ data }) => data.code === "published");
    expect(published?.data).toMatchObject({ result: { slot: "secondary", published: { "kv/dps-owner": "2" } } });
    const [first, second] = rotation.service.history.slice(1).map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(graceMs);
  });

  test("goes for the other slot the next time, and not before the grace of the last one is over", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    rotation.submit("two");
    await rotation.runUntilQuiet();
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded", handle: { first: "primary" } });
    expect(problemsOf(rotation)).toEqual([]);
  });

  test("makes a second one of the same policy wait to its end", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", 3_600_000);
    rotation.submit("two");
    await rotation.world.run(() => rotation.row("two")?.waitingFor !== undefined, 60_000);
    expect(rotation.row("two")?.waitingFor).toMatchObject({ code: "claim", who: idOf("one") });
    expect(await rotation.runUntilQuiet()).toBe(true);
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.service.calls).toMatchObject({ replace: 4, publish: 4 });
    expect(problemsOf(rotation)).toEqual([]);
  });

  test("that somebody ends in the grace leaves both keys good, and the next one waits for the rest of it", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    const before = rotation.service.keys;
    rotation.submit("one");
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", 3_600_000);
    await cancelOperation(rotation.world.outside, idOf("one"), { by: "carol" });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "cancelled", code: "aborted" });
    expect(rotation.row("one")?.reason).toContain("primary key is still the one before");
    expect(rotation.service.keys.primary).toBe(before.primary);
    rotation.submit("two");
    await rotation.world.run(() => rotation.row("two")?.waitingFor !== undefined, 60_000);
    expect(rotation.row("two")?.history.map(({ what }) => what)).toContain("waiting");
    await rotation.runUntilQuiet();
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect(problemsOf(rotation)).toEqual([]);
  });

  test("that was ended between two targets is gone on with by the next one", async () => {
    const rotation = new RotationWorld({ mode: "cloud" }, { publishes: ["ok", "lose-request"] });
    rotation.submit("one");
    await rotation.world.run(() => rotation.row("one")?.waitingFor?.code === "settling", 3_600_000);
    await cancelOperation(rotation.world.outside, idOf("one"), { by: "carol" });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")?.reason).toContain("published to kv/dps-owner alone");
    rotation.submit("two");
    await rotation.runUntilQuiet();
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.service.calls).toMatchObject({ replace: 2, publish: 3 });
    expect(problemsOf(rotation)).toEqual([]);
  });

  test("in an emergency replaces both at once and publishes one", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    const before = rotation.service.keys;
    rotation.submit("one", { emergency: true, grace: undefined });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.service.calls).toMatchObject({ replace: 1, publish: 2, tried: 2 });
    const { primary, secondary } = rotation.service.keys;
    expect(new Set([primary, secondary, before.primary, before.secondary]).size).toBe(4);
    const [started] = rotation.world.store.events.filter(({ type }) => type.endsWith(".started"));
    expect(started?.data.reason).toContain("every token signed with an old key is refused");
    expect(wrongAtTheEnd(rotation.world.store)).toEqual([]);
  });
});

test("A write that was taken for lost and lands late brings no old key back, however short the grace", async () => {
  const rotation = new RotationWorld({ mode: "cloud" }, { puts: [{ landLateMs: 110_000 }], durationMs: 1_000 });
  const before = Object.values(rotation.service.keys);
  rotation.submit("one", {
    grace: "PT3S",
    consumers: { readInterval: "PT1S", tokenLife: "PT1S", clockSkew: "PT1S" },
  });
  await rotation.runUntilQuiet();
  await rotation.world.run(() => false, 300_000);
  expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
  expect(Object.values(rotation.service.keys).filter((key) => before.includes(key))).toEqual([]);
});

describe("A key rotation stops and asks", () => {
  const refused = async (arrange: (rotation: RotationWorld) => void, data: Record<string, unknown> = {}) => {
    const rotation = new RotationWorld({ mode: "cloud" });
    arrange(rotation);
    rotation.submit("one", data);
    await rotation.runUntilQuiet();
    expect(rotation.service.calls).toMatchObject({ replace: 0, publish: 0 });
    expect(wrongAtTheEnd(rotation.world.store)).toEqual([]);
    return rotation.row("one");
  };

  test("when nothing is published and nobody says which slot is in use", async () => {
    const row = await refused(({ service }) => service.published.clear());
    expect(row).toMatchObject({ outcome: "failed", code: "slot-in-use-unknown" });
  });

  test("when what is published is in neither slot", async () => {
    const row = await refused(({ service }) => service.set({ primary: "of-somebody-else" }));
    expect(row).toMatchObject({ outcome: "failed", code: "published-elsewhere" });
  });

  test("when both slots have the same key", async () => {
    const row = await refused(({ service }) => service.set({ secondary: service.keys.primary }));
    expect(row).toMatchObject({ outcome: "failed", code: "same-keys" });
  });

  test("the first time it goes by the slot that the request names", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.service.published.clear();
    rotation.submit("one", { slotInUse: "secondary" });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded", handle: { first: "primary" } });
  });

  test("when somebody replaces a key in the grace: the new key stays published and the other is not touched", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", 3_600_000);
    rotation.service.set({ primary: "of-somebody-else" });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "partially-succeeded", code: "changed-by-others" });
    expect(rotation.service.keys.primary).toBe("of-somebody-else");
    expect(rotation.staged.size).toBe(0);
  });

  test("when somebody replaces the new key right before it is published: consumers hear nothing of it", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.world.afterIo = (label) => {
      if (label === "service.try") rotation.service.set({ secondary: "of-somebody-else" });
    };
    rotation.submit("one");
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "failed", code: "changed-by-others" });
    expect(rotation.service.calls.publish).toBe(0);
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("when somebody publishes something else in the grace", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", 3_600_000);
    rotation.service.published.get("sm")?.push({ at: rotation.world.clock.now(), value: "by-hand", note: undefined });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "partially-succeeded", code: "changed-by-others" });
    expect(rotation.service.calls.replace).toBe(1);
  });

  test("says loudly when something beside the keys has changed meanwhile", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.world.run(() => rotation.service.calls.replace === 1, 3_600_000);
    rotation.world.clock.after(21_000, () => {
      rotation.service.around = "changed";
    });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded", result: { changedByOthers: ["tags"] } });
    const attention = rotation.world.store.events.filter(({ type }) => type.endsWith(".attention"));
    expect(attention[0]?.data).toMatchObject({ code: "changed-by-others" });
  });
});

describe("A key rotation whose change", () => {
  test.each([
    ["fails before anything was published", 1, { outcome: "failed", code: "not-in-force" }],
    ["fails for the second key", 2, { outcome: "partially-succeeded", code: "not-in-force" }],
  ] as const)("%s says what stands", async (_, fails, ended) => {
    const rotation = new RotationWorld({ mode: "cloud" }, { puts: fails === 1 ? ["fail"] : ["ok", "fail"] });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject(ended);
    expect(problemsOf(rotation)).toEqual([]);
    expect(rotation.staged.size).toBe(0);
  });
});
