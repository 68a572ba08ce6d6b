import { describe, expect, test } from "vitest";
import { whenFetched, whenReady } from "../../functions/hand-over/pickup.ts";
import { isAwaitedAgain } from "../../functions/hand-over/ready.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { operationKey } from "../../lib/contracts/operation.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { explain } from "../../lib/operations/explain.ts";
import { claimHandoff, sayReady } from "../../lib/operations/pickup.ts";
import { FakeMint, type MintBehaviour } from "../simulation/fake-mint.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { HandOverWorld } from "./hand-over-world.ts";

const opened = (behaviour: Partial<MintBehaviour> = {}) =>
  new HandOverWorld({ mode: "cloud" }, ({ clock }) => new FakeMint(clock, behaviour));

/** Up to the credential that waits to be fetched. */
async function offered(behaviour: Parameters<typeof opened>[0] = {}, data: Record<string, unknown> = {}) {
  const all = opened(behaviour);
  all.submit("one", data);
  if (data["mint"] !== "immediate") {
    await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
    all.ask("ready", "ines");
  }
  await all.run(() => all.phase() === "offered");
  return all;
}

async function fetched(behaviour: Parameters<typeof opened>[0] = {}, data: Record<string, unknown> = {}) {
  const all = await offered(behaviour, data);
  all.ask("fetch", "ines");
  await all.run(() => all.phase() === "following");
  return all;
}

const events = (all: HandOverWorld) => [
  ...new Map(
    all.world.store.events.map((event) => [event.id, `${event.type.split(".").at(-1)} ${event.data.code ?? ""}`]),
  ).values(),
];
const standing = (all: HandOverWorld) => all.cloud.standing().map(({ id, status }) => `${id} ${status}`);
const cancel = (all: HandOverWorld) =>
  cancelOperation(all.world.outside, operationIdOf("/test", "one"), { by: "carol" });

async function traceOf(behaviour: Partial<MintBehaviour>): Promise<readonly string[]> {
  const all = opened(behaviour);
  all.submit("one", { mint: "immediate" });
  await all.run(() => all.phase() === "offered");
  return all.world.trace;
}

describe("A hand-over", () => {
  test("asks the provider for nothing until somebody stands ready, then hands over once", async () => {
    const all = opened();
    all.submit("one");
    await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
    await all.run(() => false, 1_800_000);
    expect(all.cloud.devices).toEqual([]);
    all.ask("ready", "ines");
    await all.run(() => all.phase() === "offered");
    all.ask("fetch", "ines");
    all.ask("fetch", "otto");
    await all.run(() => all.served.length === 1 && all.refusals.length === 1);
    expect(all.refusals).toEqual(["fetched-already"]);
    expect(all.cloud.plugIn(all.served[0]?.content ?? "")).toBe("started");
    await all.runUntilQuiet();
    expect(events(all)).toEqual([
      "accepted ",
      "attention ready-to-mint",
      "attention ready-to-fetch",
      "started fetched",
      "succeeded ",
    ]);
    expect([...wrongAtTheEnd(all.world.store), ...all.leaks()]).toEqual([]);
  });

  test("tells who asked, who fetched, when, and how long it was good for then", async () => {
    const all = await fetched();
    all.cloud.plugIn(all.served[0]?.content ?? "");
    await all.runUntilQuiet();
    expect(all.row()?.result).toMatchObject({
      DeviceId: "device-1",
      Status: "SUCCEEDED",
      handoff: { fileName: "certificates-omni_cam-1.zip", bytes: 21, expiresAt: "2026-11-21T00:05:00.000Z" },
      ready: { by: "ines", at: "2026-11-21T00:00:00.000Z" },
      fetched: { by: "ines", at: "2026-11-21T00:00:00.000Z", secondsLeft: 300 },
    });
    const history = all.row()?.history.map(({ what, detail }) => `${what}: ${detail}`) ?? [];
    expect(history).toContain("ready: ines stands ready");
    expect(history).toContain("fetched: by ines, 300 s before it expires");
  });

  test("says what to do as long as it waits, and for whom", async () => {
    const all = await offered();
    const offer = all.world.store.events.filter(({ data }) => data.code === "ready-to-fetch").at(0);
    expect(offer?.data.next).toBe(`drover handoff fetch ${all.row()?.id} --out certificates-omni_cam-1.zip`);
    expect(offer?.data.result).toMatchObject({ handoff: { bytes: 21, expiresAt: "2026-11-21T00:05:00.000Z" } });
    const row = all.row();
    expect(JSON.stringify(row && explain(row, all.world.clock.now()))).toContain("certificates-omni_cam-1.zip waits");
  });

  test("removes what nobody fetched, and waits for the next who stands ready", async () => {
    const all = await offered();
    await all.run(() => all.row()?.waitingFor?.code === "not-picked-up");
    expect(standing(all)).toEqual([]);
    expect(all.kept.size).toBe(0);
    all.ask("ready", "otto");
    await all.run(() => all.phase() === "offered");
    all.ask("fetch", "otto");
    await all.run(() => all.served.length === 1);
    all.cloud.plugIn(all.served[0]?.content ?? "");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "succeeded", result: { DeviceId: "device-2" } });
    expect(all.cloud.violations).toEqual([]);
  });

  test("ends when it was minted at once and nobody fetched it", async () => {
    const all = await offered({}, { mint: "immediate" });
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "timed-out", code: "not-picked-up" });
    expect(all.row()?.reason).toContain(`drover submit --again ${all.row()?.id}`);
    expect(standing(all)).toEqual([]);
  });

  test("removes what was fetched and not used, a grace after its end and not before", async () => {
    const all = await fetched();
    await all.run(() => false, 300_000 + 14 * 60_000);
    expect(standing(all)).toEqual(["device-1 AWAITING_PROVISIONING"]);
    await all.run(() => all.row()?.waitingFor?.code === "not-used", 300_000);
    expect(standing(all)).toEqual([]);
    expect(all.cloud.violations).toEqual([]);
  });

  test("leaves alone what is used in the last second, however long it takes", async () => {
    const all = await fetched({ provisioningMs: 40 * 60_000 });
    await all.run(() => false, 295_000);
    expect(all.cloud.plugIn(all.served[0]?.content ?? "")).toBe("started");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "succeeded" });
    expect(all.cloud.violations).toEqual([]);
  });

  test("fails as the device does, and leaves it for whoever looks into it", async () => {
    const all = await fetched({ ends: "FAILED" });
    all.cloud.plugIn(all.served[0]?.content ?? "");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", result: { Status: "FAILED" } });
    expect(standing(all)).toEqual(["device-1 FAILED"]);
  });

  test("mints anew for whoever fetched it and says that it did not arrive, and not for another", async () => {
    const all = await fetched();
    all.ask("ready", "otto");
    await all.run(() => all.refusals.length === 1);
    expect(all.refusals).toEqual(["fetched-by-another"]);
    all.ask("ready", "ines");
    await all.run(() => all.phase() === "offered");
    expect(standing(all)).toEqual(["device-2 AWAITING_PROVISIONING"]);
    expect(all.cloud.plugIn(all.served[0]?.content ?? "")).toBe("unknown");
  });

  test("hears at once that it did not arrive, also before it was looked at", async () => {
    const all = await offered();
    const { world } = all;
    const id = operationIdOf("/test", "one");
    const installer = { name: "ines", owns: false };
    await claimHandoff(world.outside, id, (record, now) => whenFetched(record, now, installer), { by: "ines" });
    await sayReady(world.outside, id, (record, now) => whenReady(record, now, installer), { by: "ines" });
    await all.run(() => all.cloud.devices.length === 2, 60_000);
    expect(standing(all)).toEqual(["device-2 AWAITING_PROVISIONING"]);
  });

  test("mints for another once what was fetched is dead, and cannot be in use any more", async () => {
    const all = await fetched();
    await all.run(() => false, 300_000);
    all.ask("ready", "otto");
    await all.run(() => all.refusals.length === 1);
    expect(all.refusals).toEqual(["fetched-by-another"]);
    await all.run(() => false, 15 * 60_000);
    all.ask("ready", "otto");
    await all.run(() => all.phase() === "offered");
    expect(standing(all)).toEqual(["device-2 AWAITING_PROVISIONING"]);
  });

  test("goes on following what was used after all, whoever says ready", async () => {
    const all = await fetched();
    all.cloud.plugIn(all.served[0]?.content ?? "");
    all.ask("ready", "ines");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "succeeded", result: { DeviceId: "device-1" } });
    expect(all.cloud.devices).toHaveLength(1);
    expect(all.cloud.violations).toEqual([]);
  });

  test("mints once for a word that is said twice, and for two who say it", async () => {
    const all = opened();
    all.submit("one");
    await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
    for (const by of ["ines", "ines", "otto"]) all.ask("ready", by);
    await all.run(() => all.phase() === "offered");
    all.ask("ready", "otto");
    await all.run(() => all.world.store.messages.size === 0, 10_000);
    expect(all.cloud.devices).toHaveLength(1);
    expect(all.row()?.pickup?.ready).toMatchObject({ count: 1, by: "ines" });
  });

  test("answers a word that comes while what nobody fetched is removed", async () => {
    const all = await offered({ deletingMs: 60_000 });
    await all.run(() => all.phase() === "removing");
    all.ask("ready", "otto");
    await all.run(() => all.phase() === "offered");
    expect(standing(all)).toEqual(["device-2 AWAITING_PROVISIONING"]);
  });

  test("does not mint for a word that is too old", async () => {
    const all = opened({ creates: Array.from({ length: 12 }, () => "throttle" as const) });
    all.submit("one");
    await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
    all.ask("ready", "ines");
    await all.run(() => false, 1_800_000);
    expect(all.cloud.devices).toEqual([]);
    expect(all.row()?.waitingFor?.code).toBe("ready-to-mint");
    all.ask("ready", "ines");
    await all.run(() => all.phase() === "offered");
    expect(all.cloud.devices).toHaveLength(1);
  });

  test("hands over what a crash has left in the store, and makes no second device for it", async () => {
    const labels = await traceOf({});
    const at = labels.indexOf("handoffs.put") + 1;
    const all = new HandOverWorld(
      { mode: "cloud", faults: new Map([[at, { kind: "crash-after" }]]) },
      ({ clock }) => new FakeMint(clock),
    );
    all.submit("one", { mint: "immediate" });
    await all.run(() => all.phase() === "offered");
    expect(all.cloud.devices).toHaveLength(1);
    expect(all.row()?.history.some(({ what }) => what === "waiting")).toBe(true);
    all.ask("fetch", "ines");
    await all.run(() => all.served.length === 1);
    expect(all.served[0]?.leftMs).toBeGreaterThanOrEqual(240_000);
  });

  test("mints another where a crash has left one that is nearly over", async () => {
    const labels = await traceOf({});
    const at = labels.indexOf("handoffs.put") + 1;
    const all = new HandOverWorld(
      { mode: "cloud", visibilityMs: 100_000, sweepEveryMs: 100_000, faults: new Map([[at, { kind: "crash-after" }]]) },
      ({ clock }) => new FakeMint(clock),
    );
    all.submit("one", { mint: "immediate" });
    await all.run(() => all.phase() === "offered");
    expect(all.cloud.devices).toHaveLength(2);
    all.ask("fetch", "ines");
    await all.run(() => all.served.length === 1);
    expect(all.served[0]?.leftMs).toBeGreaterThanOrEqual(240_000);
    expect(all.kept.size).toBe(0);
  });

  test("does not mint anew for somebody who stood ready before the provider was away for long", async () => {
    const all = opened({ creates: ["lose-reply"], removals: Array.from({ length: 8 }, () => "lose-request" as const) });
    all.submit("one");
    await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
    all.ask("ready", "ines");
    await all.run(() => all.phase() === "removing");
    await all.run(() => all.phase() === "awaiting", 3 * 3_600_000);
    expect(all.cloud.devices).toHaveLength(1);
    expect(standing(all)).toEqual([]);
  });

  test("touches no device of others, and says whose name it is", async () => {
    const all = opened();
    const theirs = all.cloud.addForeign("cam-1");
    all.submit("one");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", code: "conflict" });
    expect(standing(all)).toEqual([`${theirs} AWAITING_PROVISIONING`]);
  });

  test("touches no device of others that came while it waited", async () => {
    const all = opened();
    all.submit("one");
    await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
    const theirs = all.cloud.addForeign("cam-1");
    all.ask("ready", "ines");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", code: "conflict" });
    expect(standing(all)).toEqual([`${theirs} AWAITING_PROVISIONING`]);
    expect(all.cloud.devices).toHaveLength(1);
  });

  test("touches nothing that somebody else has made his own meanwhile", async () => {
    const all = await offered();
    const [device] = all.cloud.devices;
    if (device) device.operation = "somebody-else";
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", code: "conflict" });
    expect(standing(all)).toEqual(["device-1 AWAITING_PROVISIONING"]);
  });

  test("removes what it lost also where a read does not show it at once", async () => {
    const all = opened({ creates: ["lose-reply"], readableAfterMs: 75_000, sameName: "second-device" });
    all.submit("one", { mint: "immediate" });
    await all.run(() => all.phase() === "offered");
    all.ask("fetch", "ines");
    await all.run(() => all.served.length === 1);
    all.cloud.plugIn(all.served[0]?.content ?? "");
    await all.runUntilQuiet();
    expect(standing(all)).toEqual(["device-2 SUCCEEDED"]);
    expect(all.cloud.violations).toEqual([]);
  });

  test("leaves a late twin that somebody uses, and ends all the same", async () => {
    const all = opened({ creates: [{ landLateMs: 240_000 }], sameName: "second-device" });
    all.submit("one", { mint: "immediate" });
    await all.run(() => all.cloud.devices.length === 2);
    await all.run(() => all.cloud.standing().length === 2);
    all.cloud.plugIn(all.cloud.devices[0]?.credential ?? "");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", code: "already-used" });
    expect(standing(all)).toEqual(["device-1 SUCCEEDED"]);
    expect(all.cloud.violations).toEqual([]);
  });

  test("stops where what it lost was used by somebody", async () => {
    const all = opened({ creates: ["lose-reply"] });
    all.submit("one", { mint: "immediate" });
    await all.run(() => all.cloud.devices.length === 1);
    expect(all.cloud.plugIn(all.cloud.devices[0]?.credential ?? "")).toBe("started");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", code: "already-used" });
    expect(all.cloud.violations).toEqual([]);
  });

  test("gives up when nothing that is minted can be kept", async () => {
    const all = opened();
    all.breakStore();
    all.submit("one", { mint: "immediate" });
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", code: "not-kept" });
    expect(all.row()?.reason).toContain("the disk is full");
    expect(all.cloud.devices).toHaveLength(3);
    expect(standing(all)).toEqual([]);
  });

  test.each(["awaiting", "offered", "following"] as const)(
    "removes what was made when it is cancelled while %s",
    async (phase) => {
      const all = phase === "following" ? await fetched() : phase === "offered" ? await offered() : opened();
      if (phase === "awaiting") {
        all.submit("one");
        await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
      }
      const cancelledAt = all.world.clock.now();
      await cancel(all);
      await all.runUntilQuiet();
      expect(all.row()).toMatchObject({ outcome: "cancelled", code: "aborted" });
      expect((all.row()?.endedAt ?? 0) - cancelledAt).toBeLessThan(60_000);
      expect(standing(all)).toEqual([]);
      expect(all.kept.size).toBe(0);
      expect([...wrongAtTheEnd(all.world.store), ...all.cloud.violations]).toEqual([]);
    },
  );

  test("waits for what may still land before a cancel ends it", async () => {
    const all = opened({ creates: [{ landLateMs: 40_000 }] });
    all.submit("one", { mint: "immediate" });
    await all.run(() => all.cloud.devices.length === 1);
    await cancel(all);
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "cancelled" });
    await all.run(() => false, 60_000);
    expect(standing(all)).toEqual([]);
  });

  test("makes nothing as long as there is no room to keep it, and makes it when there is some", async () => {
    const all = opened({});
    all.hasRoom = false;
    all.submit("one", { mint: "immediate" });
    await all.run(() => false, 20 * 60_000);
    expect(all.row()).toMatchObject({ state: "active" });
    expect(all.cloud.devices).toEqual([]);
    all.hasRoom = true;
    await all.run(() => all.cloud.devices.length === 1, 20 * 60_000);
    expect(all.cloud.devices).toHaveLength(1);
    await cancel(all);
    await all.runUntilQuiet();
  });

  test("takes no word for another one that was said before it was fetched", () => {
    const fetchedAt = { handoff: "one", by: "ines", at: 2, leftMs: 300_000 };
    const state = { phase: "following", mint: 1, removals: 0, used: 1, lost: 0, left: [], spared: [] } as const;
    const offer = { id: "one", fileName: "a.zip", bytes: 1, sha256: "", expiresAt: 300_000 };
    const said = (at: number) => ({ pickup: { ready: { count: 2, by: "otto", at }, fetched: fetchedAt } });
    expect(isAwaitedAgain(said(1), { ...state, left: [], spared: [], offer }, 3)).toBe(false);
    expect(isAwaitedAgain(said(2), { ...state, left: [], spared: [], offer }, 3)).toBe(true);
  });

  test("takes a word for another one by the count of words, whatever the clocks say of those who wrote them down", () => {
    const state = { phase: "following", mint: 1, removals: 0, used: 1, lost: 0, left: [], spared: [] } as const;
    const offer = { id: "one", fileName: "a.zip", bytes: 1, sha256: "", expiresAt: 300_000 };
    const fetched = { handoff: "one", by: "ines", at: 60_000, leftMs: 300_000, readyCount: 1 };
    const said = (count: number, at: number) => ({ pickup: { ready: { count, by: "otto", at }, fetched } });
    expect(isAwaitedAgain(said(2, 1), { ...state, left: [], spared: [], offer }, 3)).toBe(true);
    expect(isAwaitedAgain(said(1, 70_000), { ...state, used: 0, left: [], spared: [], offer }, 3)).toBe(false);
  });

  test("follows to its end what is in use when it is cancelled", async () => {
    const all = await fetched({ provisioningMs: 600_000 });
    all.cloud.plugIn(all.served[0]?.content ?? "");
    await cancel(all);
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "succeeded" });
    expect(all.row()?.reason).toContain("The cancel came after the start");
    const count = (wanted: string) => all.world.trace.filter((label) => label === wanted).length;
    expect(count("provider.poll")).toBeLessThan(20);
    expect(count("provider.read")).toBeLessThan(4);
  });

  test("ends with its deadline, and leaves nothing that nobody uses", async () => {
    const all = opened();
    all.submit("one", { deadline: "PT20M" });
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "timed-out", code: "deadline" });
    const late = opened();
    late.submit("one", { deadline: "PT20M" });
    await late.run(() => late.row()?.waitingFor?.code === "ready-to-mint");
    await late.run(() => false, 18 * 60_000);
    late.ask("ready", "ines");
    await late.run(() => late.phase() === "offered");
    late.ask("fetch", "ines");
    await late.runUntilQuiet();
    expect(late.row()).toMatchObject({ outcome: "timed-out", code: "deadline" });
    expect(standing(late)).toEqual([]);
  });

  test("leaves what is in use at its deadline, and says so", async () => {
    const all = await fetched({ provisioningMs: 24 * 3_600_000 });
    all.cloud.plugIn(all.served[0]?.content ?? "");
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "timed-out", code: "deadline" });
    expect(all.row()?.reason).toContain("device-1 was PENDING");
    expect(standing(all)).toEqual(["device-1 PENDING"]);
  });

  test("says what is left when it cannot be removed in time", async () => {
    const all = await offered({ removals: Array.from({ length: 200 }, () => "lose-request" as const) });
    await cancel(all);
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "cancelled" });
    expect(all.row()?.reason).toContain("device-1 may be left at the provider, unused");
  });

  test("ends as it was concluded where the provider is away for hours after a removal", async () => {
    const all = await offered({ removals: ["lose-reply"] }, { mint: "immediate" });
    await all.run(() => all.world.trace.includes("provider.remove"));
    all.cloud.isAway = true;
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "timed-out", code: "not-picked-up" });
    expect(all.row()?.reason).toContain("could not all be removed");
  });

  test("makes two of one name one after the other", async () => {
    const all = opened({ sameName: "second-device", listedAfterMs: 3_000 });
    all.submit("one", { mint: "immediate" });
    all.submit("two", { mint: "immediate" });
    await all.run(() => all.rows().some((row) => row.state === "ended"), 600_000);
    await all.runUntilQuiet();
    const mine = all.cloud.devices.map(({ operation }) => operation);
    expect(new Set(mine).size).toBeLessThanOrEqual(2);
    const both = all.cloud.devices.filter((one) =>
      all.cloud.devices.some(
        (other) => other !== one && other.operation !== one.operation && Math.abs(other.madeAt - one.madeAt) < 60_000,
      ),
    );
    expect(both).toEqual([]);
  });

  test("is never held up by somebody who is not there yet", async () => {
    const all = opened();
    all.submit("one");
    all.submit("two");
    await all.run(
      () =>
        all.row("one")?.waitingFor?.code === "ready-to-mint" && all.row("two")?.waitingFor?.code === "ready-to-mint",
    );
    all.ask("ready", "ines", "two");
    await all.run(() => all.phase("two") === "offered", 60_000);
    expect(all.phase("two")).toBe("offered");
  });

  test("keeps a row small, however often it is minted", async () => {
    const all = opened();
    all.submit("one", { deadline: "P2D" });
    for (let round = 0; round < 24 && all.row()?.state !== "ended"; round += 1) {
      await all.run(() => all.phase() === "awaiting" || all.row()?.state === "ended", 3_600_000);
      all.ask("ready", "ines");
      await all.run(() => all.phase() === "offered" || all.row()?.state === "ended", 3_600_000);
    }
    await all.runUntilQuiet();
    expect(all.row()).toMatchObject({ outcome: "failed", code: "too-many-mintings" });
    const record = all.world.store.read(operationKey(operationIdOf("/test", "one")))?.record;
    expect(JSON.stringify(record).length).toBeLessThan(60 * 1024);
    expect(standing(all)).toEqual([]);
  });
});
