import { describe, expect, test } from "vitest";
import { refuseUnlessAwaited } from "../../functions/receive-webhook/acknowledgeable.ts";
import { rotationView } from "../../functions/receive-webhook/rotation-view.ts";
import { fingerprintOf } from "../../lib/contracts/fingerprint.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { cancelOperation, wakeOperation } from "../../lib/operations/commands.ts";
import { awaitedConsumers } from "../../lib/operations/explain-rotation.ts";
import { acknowledge, extendWait } from "../../lib/operations/waits.ts";
import type { KeyBehaviour } from "../simulation/fake-keys.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { graceMs, RotationWorld } from "./rotation-world.ts";

const idOf = (id: string) => operationIdOf("/test", id);
const hourMs = 3_600_000;
const carol = { by: "carol" };

async function inGrace(data: Record<string, unknown> = {}, behaviour: Partial<KeyBehaviour> = {}) {
  const rotation = new RotationWorld({ mode: "cloud" }, behaviour);
  rotation.submit("one", data);
  await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", hourMs);
  expect(rotation.row("one")?.providerStatus).toBe("grace");
  return rotation;
}

/** How long after the start the old key of the slot that was in use went, in milliseconds. */
function goneAfter({ service }: RotationWorld, key = "key-0-primary"): number {
  const [first] = service.history;
  const gone = service.history.find(({ keys }) => !Object.values(keys).includes(key));
  return gone && first ? gone.at - first.at : Number.POSITIVE_INFINITY;
}

const waitingFor = (rotation: RotationWorld, id: string) => rotation.row(id)?.waitingFor?.code;

describe("What a rotation has promised holds beyond its end", () => {
  test("a consumer that never said so keeps its key, until it does", async () => {
    const consumers = { readInterval: "PT60S", tokenLife: "PT240S", clockSkew: "PT30S", acknowledge: ["billing"] };
    const rotation = await inGrace({ consumers, deadline: "PT1H" });
    await rotation.world.run(() => rotation.row("one")?.state === "ended", 3 * hourMs);
    expect(rotation.row("one")).toMatchObject({ outcome: "timed-out" });
    expect(rotation.row("one")?.reason).toContain("primary key is still the one before");
    rotation.submit("two", { consumers, deadline: "P2D" });
    await rotation.world.run(() => false, 2 * hourMs);
    expect(waitingFor(rotation, "two")).toBe("acknowledgement");
    expect(goneAfter(rotation)).toBe(Number.POSITIVE_INFINITY);
    await acknowledge(rotation.world.outside, idOf("two"), "billing", carol);
    await rotation.world.run(() => rotation.row("two")?.providerStatus === "grace", hourMs);
    // That word was about the key before this one.
    await rotation.world.run(() => waitingFor(rotation, "two") === "acknowledgement", hourMs);
    expect(waitingFor(rotation, "two")).toBe("acknowledgement");
  });

  test("an extension", async () => {
    const rotation = await inGrace();
    const until = await extendWait(rotation.world.outside, idOf("one"), 12 * hourMs, carol);
    await cancelOperation(rotation.world.outside, idOf("one"), carol);
    await rotation.world.run(() => rotation.row("one")?.state === "ended", hourMs);
    rotation.submit("two");
    await rotation.runUntilQuiet(3 * 24 * hourMs);
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    const changed = rotation.service.history.at(2);
    expect(changed?.at).toBeGreaterThanOrEqual(until);
  });

  test("and a longer grace that the next one asks for counts for the key published last", async () => {
    const rotation = await inGrace();
    await cancelOperation(rotation.world.outside, idOf("one"), carol);
    await rotation.world.run(() => rotation.row("one")?.state === "ended", hourMs);
    rotation.submit("two", { grace: "PT6H", consumers: { readInterval: "PT3H", tokenLife: "PT2H" } });
    await rotation.runUntilQuiet(3 * 24 * hourMs);
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect(goneAfter(rotation)).toBeGreaterThan(6 * hourMs);
  });

  test("a target that shows the version before for minutes is not believed", async () => {
    const rotation = new RotationWorld({ mode: "cloud" }, { shownAfterMs: 300_000 });
    rotation.submit("one");
    await rotation.world.run(() => rotation.service.calls.publish === 2, hourMs);
    await cancelOperation(rotation.world.outside, idOf("one"), carol);
    await rotation.world.run(() => rotation.row("one")?.state === "ended", hourMs);
    rotation.submit("two");
    await rotation.runUntilQuiet(3 * 24 * hourMs);
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("a target that is left out is asked about, unless nobody reads there any more", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    const publish = [{ target: "sm", secret: "dps-owner" }];
    rotation.submit("two", { publish });
    await rotation.runUntilQuiet();
    expect(rotation.row("two")).toMatchObject({ outcome: "failed", code: "target-left-out" });
    expect(rotation.row("two")?.reason).toContain("kv/dps-owner");
    rotation.submit("three", { publish, drop: ["kv/dps-owner"] });
    await rotation.runUntilQuiet();
    expect(rotation.row("three")).toMatchObject({ outcome: "succeeded" });
    rotation.submit("four", { publish });
    await rotation.runUntilQuiet();
    expect(rotation.row("four")).toMatchObject({ outcome: "succeeded" });
  });

  test("slotInUse is read the first time alone", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.service.published.clear();
    rotation.submit("one", { slotInUse: "primary" });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    rotation.service.published.clear();
    rotation.submit("two", { slotInUse: "primary" });
    await rotation.runUntilQuiet();
    expect(rotation.row("two")).toMatchObject({ outcome: "failed", code: "published-gone" });
    expect(rotation.service.calls.replace).toBe(2);
  });
});

const emergency = { emergency: true, grace: undefined };
const toKv = [{ target: "kv", secret: "dps-owner" }];
const withBilling = {
  consumers: { readInterval: "PT60S", tokenLife: "PT240S", clockSkew: "PT30S", acknowledge: ["billing"] },
};

describe("What a rotation leaves behind", () => {
  test("names every target, also those that it did not come to", async () => {
    const rotation = new RotationWorld({ mode: "cloud" }, { publishes: ["ok", "ok", "ok", "lose-request"] });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    rotation.submit("two");
    await rotation.world.run(() => waitingFor(rotation, "two") === "settling", hourMs);
    await cancelOperation(rotation.world.outside, idOf("two"), carol);
    await rotation.runUntilQuiet();
    rotation.submit("three", { publish: toKv });
    rotation.submit("four", { ...emergency, publish: toKv });
    await rotation.runUntilQuiet();
    expect(rotation.row("three")).toMatchObject({ code: "target-left-out" });
    expect(rotation.row("four")).toMatchObject({ code: "target-left-out" });
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("is nothing to wait for once both keys are new", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one", { grace: "P7D" });
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", hourMs);
    rotation.submit("two", emergency);
    await rotation.runUntilQuiet();
    await rotation.world.run(() => false, 2 * hourMs);
    rotation.submit("three", {
      grace: "PT1H",
      consumers: { readInterval: "PT1M", tokenLife: "PT1M" },
      deadline: "PT5H",
    });
    await rotation.runUntilQuiet();
    expect(rotation.row("three")).toMatchObject({ outcome: "succeeded" });
  });

  test("counts as replaced only what it wrote", async () => {
    const rotation = new RotationWorld({ mode: "cloud" }, { publishes: ["ok", "lose-request"] });
    rotation.submit("one");
    await rotation.world.run(() => waitingFor(rotation, "one") === "settling", hourMs);
    await cancelOperation(rotation.world.outside, idOf("one"), carol);
    await rotation.runUntilQuiet();
    rotation.submit("two");
    await rotation.world.run(() => rotation.row("two")?.providerStatus === "grace", 3 * hourMs);
    await cancelOperation(rotation.world.outside, idOf("two"), carol);
    await rotation.runUntilQuiet();
    expect(rotation.row("two")?.result).toMatchObject({ replaced: [] });
  });

  test("is waited for without the turn on the service, and only those who have to can say the word", async () => {
    const rotation = await inGrace({ ...withBilling, deadline: "PT1H" });
    await rotation.world.run(() => rotation.row("one")?.state === "ended", 3 * hourMs);
    rotation.submit("two", { ...withBilling, deadline: "P2D" });
    await rotation.world.run(() => waitingFor(rotation, "two") === "acknowledgement", hourMs);
    expect(rotation.world.store.read("turn/service")).toBeUndefined();
    const row = rotation.row("two");
    expect(row && refuseUnlessAwaited(row, "billing")).toEqual({ counts: false });
    expect(() => row && refuseUnlessAwaited(row, "somebody")).toThrow(/under consumers.acknowledge|not published/);
  });

  test("is a word about one key, which says nothing of the next one", async () => {
    const rotation = await inGrace({ ...withBilling, deadline: "PT1H" });
    await rotation.world.run(() => rotation.row("one")?.state === "ended", 3 * hourMs);
    rotation.submit("two", { ...withBilling, deadline: "P2D" });
    await rotation.world.run(() => waitingFor(rotation, "two") === "acknowledgement", hourMs);
    const { outside } = rotation.world;
    const say = () =>
      acknowledge(outside, idOf("two"), "billing", carol, (record) => refuseUnlessAwaited(record, "billing"));
    expect(await say()).toBe("acknowledged");
    await rotation.world.run(() => rotation.row("two")?.providerStatus === "grace", hourMs);
    await rotation.world.run(() => waitingFor(rotation, "two") === "acknowledgement", hourMs);
    expect(waitingFor(rotation, "two")).toBe("acknowledgement");
    const row = rotation.row("two");
    expect(row && awaitedConsumers(row)).toEqual(["billing"]);
    expect(row && rotationView(row)).toMatchObject({ acknowledged: [], awaited: ["billing"] });
    expect(await say()).toBe("acknowledged");
    expect(await say()).toBe("already");
    await rotation.runUntilQuiet();
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
  });

  test("is asked for by the names of those who have not said it yet, each time", async () => {
    const both = { ...withBilling, consumers: { ...withBilling.consumers, acknowledge: ["billing", "reports"] } };
    const rotation = await inGrace({ ...both, deadline: "PT1H" });
    await rotation.world.run(() => rotation.row("one")?.state === "ended", 3 * hourMs);
    rotation.submit("two", { ...both, deadline: "P2D" });
    await rotation.world.run(() => waitingFor(rotation, "two") === "acknowledgement", hourMs);
    const { outside } = rotation.world;
    const check = (record: Parameters<typeof refuseUnlessAwaited>[0]) => refuseUnlessAwaited(record, "billing");
    const say = () => acknowledge(outside, idOf("two"), "billing", carol, check);
    expect(await say()).toBe("acknowledged");
    await rotation.world.run(() => false, hourMs);
    const row = rotation.row("two");
    expect(row?.waitingFor?.detail).toMatch(/: reports$/);
    await expect(say()).rejects.toThrow("not published everywhere yet");
  });

  test("is not shortened by a clock that jumps ahead", async () => {
    const rotation = await inGrace({ grace: "P1D" });
    await cancelOperation(rotation.world.outside, idOf("one"), carol);
    await rotation.world.run(() => rotation.row("one")?.state === "ended", hourMs);
    rotation.world.clock.jump(25 * hourMs);
    rotation.submit("two", { grace: "P1D" });
    await rotation.runUntilQuiet(4 * 24 * hourMs);
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect(goneAfter(rotation) - 25 * hourMs).toBeGreaterThanOrEqual(24 * hourMs);
  });
});

describe("An emergency", () => {
  test("does not wait for another rotation: that one is ended", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one", { grace: "P7D" });
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", hourMs);
    const askedAt = rotation.world.clock.now();
    rotation.submit("two", emergency);
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "cancelled" });
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect((rotation.row("two")?.endedAt ?? 0) - askedAt).toBeLessThan(600_000);
    expect(wrongAtTheEnd(rotation.world.store)).toEqual([]);
  });

  test("gets past a line of others", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    for (const id of ["one", "two"]) {
      rotation.submit(id, { grace: "P7D" });
      await rotation.world.run(() => rotation.row(id)?.waitingFor !== undefined, hourMs);
    }
    const askedAt = rotation.world.clock.now();
    rotation.submit("three", emergency);
    await rotation.world.run(() => rotation.row("three")?.state === "ended", 24 * hourMs);
    expect(rotation.row("three")).toMatchObject({ outcome: "succeeded" });
    expect((rotation.row("three")?.endedAt ?? 0) - askedAt).toBeLessThan(600_000);
    expect(rotation.row("two")?.state).toBe("active");
  });

  test("that is refused ends nobody else's rotation", async () => {
    const rotation = await inGrace();
    rotation.submit("two", { ...emergency, publish: toKv });
    await rotation.world.run(() => rotation.row("two")?.state === "ended", hourMs);
    expect(rotation.row("two")).toMatchObject({ outcome: "failed", code: "target-left-out" });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
  });

  test.each(["ended by somebody", "overtaken by its deadline"])("that has begun goes on, even %s", async (how) => {
    const rotation = new RotationWorld({ mode: "cloud" }, { publishes: ["lose-request", "lose-request"] });
    rotation.submit("one", { ...emergency, ...(how.startsWith("ended") ? {} : { deadline: "PT90S" }) });
    await rotation.world.run(() => rotation.service.calls.replace === 1, hourMs);
    if (how.startsWith("ended")) await cancelOperation(rotation.world.outside, idOf("one"), carol);
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    for (const versions of rotation.service.published.values()) {
      expect(Object.values(rotation.service.keys)).toContain(versions.at(-1)?.value);
    }
  });
});

describe("The end of a rotation says what is so", () => {
  test("when the published key itself is replaced by somebody before the end", async () => {
    const rotation = await inGrace();
    await rotation.world.run(() => rotation.service.calls.replace === 2, hourMs);
    rotation.world.clock.after(20_500, () => rotation.service.set({ secondary: "of-somebody-else" }));
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "failed", code: "published-key-gone" });
    expect(rotation.row("one")?.reason).toContain("emergency rotation");
  });

  test("when the second change fails: nothing of it counts as replaced", async () => {
    const rotation = await inGrace({}, { puts: ["ok", "fail"] });
    await rotation.runUntilQuiet();
    const { result, reason } = rotation.row("one") ?? {};
    expect(result).toMatchObject({ replaced: ["secondary"], fingerprints: { primary: "not proven" } });
    expect(reason).toContain("whether the primary key was replaced is not proven");
  });

  test("when nobody looked until long after the deadline", async () => {
    const rotation = await inGrace({ deadline: "PT20M" });
    rotation.world.clock.jump(3 * hourMs);
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "timed-out", result: { replaced: ["secondary"] } });
    expect(rotation.row("one")?.reason).toContain("primary key is still the one before");
  });

  test("what changed around the keys is told of, also where the reply was lost", async () => {
    const rotation = new RotationWorld({ mode: "cloud" }, { puts: ["lose-reply"] });
    rotation.submit("one");
    await rotation.world.run(() => rotation.service.calls.replace === 1, hourMs);
    rotation.world.clock.after(21_000, () => {
      rotation.service.around = "changed";
    });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded", result: { changedByOthers: ["tags"] } });
  });
});

describe("A rotation is careful with time", () => {
  test("its grace begins when every target shows the new key", async () => {
    const rotation = new RotationWorld({ mode: "cloud" }, { shownAfterMs: 300_000 });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("a clock that jumps ahead does not shorten the grace", async () => {
    const rotation = await inGrace();
    rotation.world.clock.jump(hourMs);
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    // On the clock that nobody moved.
    expect(rotation.row("one")?.history.some(({ what }) => what === "clock")).toBe(true);
    expect(goneAfter(rotation) - hourMs).toBeGreaterThanOrEqual(graceMs);
  });

  test("whoever is woken in the grace goes on waiting", async () => {
    const rotation = await inGrace();
    await wakeOperation(rotation.world.outside, idOf("one"), "somebody redrove a dead letter");
    await rotation.world.run(() => false, 60_000);
    expect(rotation.row("one")).toMatchObject({ state: "active", providerStatus: "grace" });
    await rotation.runUntilQuiet();
    expect(goneAfter(rotation)).toBeGreaterThanOrEqual(graceMs);
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("what it waited for others does not count against a deadline that nobody gave", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one", { grace: "P2D" });
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", hourMs);
    rotation.submit("two", { grace: "P2D" });
    await rotation.runUntilQuiet(10 * 24 * hourMs);
    expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.row("two")).toMatchObject({ outcome: "succeeded" });
    expect(rotation.refusedConsumers()).toEqual([]);
  });

  test("and one that was given too near is refused before anything is written", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    rotation.submit("one", { grace: "P2D" });
    await rotation.world.run(() => rotation.row("one")?.providerStatus === "grace", hourMs);
    rotation.submit("two", { grace: "P2D", deadline: "P2DT1H" });
    await rotation.runUntilQuiet(10 * 24 * hourMs);
    expect(rotation.row("two")).toMatchObject({ outcome: "failed", code: "deadline-too-near" });
    expect(rotation.service.calls.replace).toBe(2);
  });

  test("what a target has by its own clock is counted by that, also while our time waits for a clock that was put back", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    const { clock } = rotation.world;
    clock.wallBehindMs = 2 * hourMs;
    const value = rotation.service.keys.primary;
    rotation.service.published.get("kv")?.push({ at: clock.wallMs() - 600_000, value, note: undefined });
    const beganAt = clock.now();
    rotation.submit("one", { grace: "PT1H" });
    await rotation.world.run(
      () => (rotation.row("one")?.step ?? "") !== "" && rotation.service.calls.replace > 0,
      10 * hourMs,
    );
    expect(clock.now() - beganAt).toBeGreaterThanOrEqual(50 * 60_000);
  });

  test("a publication of a time to come is refused", async () => {
    const rotation = new RotationWorld({ mode: "cloud" });
    const note = { operation: "x", of: "dps-eu/owner", slot: "primary", fingerprint: "x", graceMs: 0 } as const;
    const value = rotation.service.keys.primary;
    const known = { ...note, fingerprint: fingerprintOf(new Secret(value)), publishedAt: 8.64e15 };
    rotation.service.published.get("kv")?.push({ at: rotation.world.clock.now() - 1, value, note: known });
    rotation.submit("one");
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "failed", code: "published-in-the-future" });
  });

  test.each([
    ["another policy", "dps-eu/other", "dps-eu/other"],
    ["what nobody should repeat", "Bearer c2VjcmV0\u001b[2J", "something else"],
  ])("and a secret that holds the key of %s is not overwritten, not even in an emergency", async (_, of, told) => {
    const rotation = new RotationWorld({ mode: "cloud" });
    const note = { operation: "x", of, slot: "primary", graceMs: 0, publishedAt: 0 } as const;
    const value = "key-of-another-policy";
    const known = { ...note, fingerprint: fingerprintOf(new Secret(value)) };
    rotation.service.published.get("kv")?.push({ at: rotation.world.clock.now() - 1, value, note: known });
    rotation.submit("one", { emergency: true, grace: undefined });
    await rotation.runUntilQuiet();
    expect(rotation.row("one")).toMatchObject({ outcome: "failed", code: "published-of-another" });
    expect(rotation.row("one")?.reason).toContain(`got one of ${told}:`);
    expect(rotation.service.calls.replace).toBe(0);
  });
});
