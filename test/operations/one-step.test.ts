import { describe, expect, test } from "vitest";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { Later } from "../../lib/operations/control-flow.ts";
import { decide, postpone } from "../../lib/operations/results.ts";
import type { Run } from "../../lib/operations/run.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { abandon, ByHand, dyingAt, person, rowOf, started } from "./by-hand.ts";
import { idOf, requestBody, retainMs } from "./fleet.ts";

describe("one step", () => {
  test("takes a lost reply of its own write for its own success", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    let lost = 0;
    const ledger = {
      ...fleet.ports.ledger,
      write: async (...args: Parameters<typeof fleet.ports.ledger.write>) => {
        await fleet.ports.ledger.write(...args);
        lost += 1;
        return undefined;
      },
    };
    await fleet.handle(fleet.next("start-deployment"), fleet.process({ ...fleet.ports, ledger }));
    expect(lost).toBeGreaterThan(0);
    expect(fleet.cloud.deployments).toHaveLength(1);
    expect(rowOf(fleet)).toMatchObject({ step: "poll-operation", handle: { id: "d1" } });
  });

  test("never creates a row from a step message", async () => {
    const fleet = new ByHand();
    await started(fleet);
    const body = fleet.next("poll-operation").body.replace(idOf("r1"), idOf("r2"));
    const forged = { queue: "poll-operation", id: "forged", body, receives: 1, sentAt: 0 };
    expect(await fleet.handle(forged)).toEqual({ kind: "acknowledge" });
    expect(fleet.row("r2")).toBeUndefined();
  });

  test("sends the outbox again when its own message comes back after a crash", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    const delivery = fleet.next("start-deployment");
    await abandon(fleet.handle(delivery, fleet.process(dyingAt(fleet.ports, "send"))));
    expect(fleet.count("poll-operation")).toBe(0);
    await fleet.handle(delivery);
    expect(fleet.count("poll-operation")).toBe(1);
    expect(fleet.cloud.calls.create).toBe(1);
  });

  test("does not revive a chain for a stale message that another one has overtaken", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    const twin = fleet.next("poll-operation");
    for (let n = 0; n < 4; n += 1) {
      await fleet.step("poll-operation");
      fleet.pass(10_000);
    }
    expect(rowOf(fleet).n).toBe(4);
    expect(fleet.count("poll-operation")).toBe(1);
    await fleet.handle({ ...twin, id: "twin" });
    expect(fleet.count("poll-operation")).toBe(1);
  });

  test("delays a message of a newer version and makes one that is too old a dead letter", async () => {
    const fleet = new ByHand();
    await started(fleet);
    const delivery = fleet.next("poll-operation");
    const newer = { ...delivery, body: delivery.body.replace('"v":1', '"v":2') };
    expect(await fleet.handle(newer)).toMatchObject({ kind: "release" });
    const older = { ...delivery, body: delivery.body.replace('"v":1', '"v":0') };
    expect(await fleet.handle(older)).toMatchObject({ kind: "dead-letter" });
    const torn = { ...delivery, body: delivery.body.slice(0, 40) };
    expect(await fleet.handle(torn)).toMatchObject({ kind: "dead-letter" });
  });

  test("tries a throttled step again by a new message, not by giving the old one back", async () => {
    const fleet = new ByHand({ polls: Array.from({ length: 8 }, () => "unavailable" as const) });
    await started(fleet);
    for (let tries = 0; tries < 8; tries += 1) {
      expect(await fleet.handle(fleet.next("poll-operation"))).toEqual({ kind: "acknowledge" });
      fleet.pass(300_000);
    }
    expect(rowOf(fleet).waitingFor?.code).toBe("unavailable");
    expect(fleet.eventsOf("r1").filter((type) => type === "waiting")).toHaveLength(1);
  });
});

describe("the outbox", () => {
  test("keeps the event of a cancel that crashed before sending it", async () => {
    const fleet = new ByHand();
    await started(fleet);
    // The cancel writes its event and dies; the poll message from before it is still under way.
    await abandon(cancelOperation(dyingAt(fleet.ports, "publish"), idOf("r1"), person));
    expect(rowOf(fleet).cancelRequested).toBeDefined();
    fleet.pass(300_000);
    expect(await fleet.runUntilQuiet()).toBe(true);
    const codes = fleet.world.store.events.map((event) => event.data.code);
    expect(codes).toContain("cancel-requested");
  });

  test("keeps the cancel's event when a step that was under way writes its result into the newer row", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    const gate = fleet.gate("provider.create");
    const working = fleet.handle(fleet.next("start-deployment"));
    await gate.reached;
    await abandon(cancelOperation(dyingAt(fleet.ports, "publish"), idOf("r1"), person));
    gate.open();
    await working;
    expect(rowOf(fleet)).toMatchObject({ handle: { id: "d1" }, cancelRequested: { by: "ops" } });
    expect(fleet.world.store.events.map((event) => event.data.code)).toContain("cancel-requested");
    expect(fleet.cloud.calls.create).toBe(1);
  });

  test("is sent by the sweep when the last step crashed before sending, and then left alone", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    await abandon(fleet.handle(fleet.next("poll-operation"), fleet.process(dyingAt(fleet.ports, "publish"))));
    expect(rowOf(fleet)).toMatchObject({ outcome: "succeeded" });
    expect(fleet.eventsOf("r1")).not.toContain("succeeded");
    fleet.pass(60_000);
    await fleet.sweep();
    expect(fleet.eventsOf("r1")).toContain("succeeded");
    const cleared = fleet.world.store.rows.get(operationKey(idOf("r1")))?.version;
    for (let time = 0; time < 5; time += 1) {
      fleet.pass(3_600_000);
      await fleet.sweep();
    }
    expect(fleet.world.store.rows.get(operationKey(idOf("r1")))?.version).toBe(cleared);
  });
});

describe("the sweep", () => {
  test("writes before it sends, so that two sweeps send once", async () => {
    const fleet = new ByHand();
    await started(fleet);
    fleet.world.store.messages.clear();
    fleet.pass(600_000);
    await Promise.all([fleet.sweep(), fleet.sweep()]);
    expect(fleet.count("poll-operation")).toBe(1);
  });

  test("leaves an effect alone that may be under way", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    const gate = fleet.gate("provider.create");
    const working = fleet.handle(fleet.next("start-deployment"));
    await gate.reached;
    const before = rowOf(fleet).seq;
    fleet.pass(39_000);
    await fleet.sweep();
    expect(rowOf(fleet).seq).toBe(before);
    gate.open();
    await working;
    expect(rowOf(fleet).handle).toEqual({ id: "d1" });
  });

  test("leaves an effect alone even when another writer has made its row due", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    const gate = fleet.gate("provider.create");
    const working = fleet.handle(fleet.next("start-deployment"));
    await gate.reached;
    const key = operationKey(idOf("r1"));
    const stored = await fleet.ports.ledger.read(key);
    await fleet.ports.ledger.write(key, { ...rowOf(fleet), wakeAt: fleet.world.clock.now() }, stored?.version ?? "");
    fleet.pass(1_000);
    await fleet.sweep();
    expect(rowOf(fleet).sweeps).toBe(0);
    gate.open();
    await working;
    expect(rowOf(fleet).handle).toEqual({ id: "d1" });
  });

  test("never costs a step its handle: the result goes into the row that the sweep has written", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    const gate = fleet.gate("provider.create");
    const working = fleet.handle(fleet.next("start-deployment"));
    await gate.reached;
    fleet.pass(200_000);
    await fleet.sweep();
    expect(rowOf(fleet).sweeps).toBe(1);
    gate.open();
    await working;
    expect(rowOf(fleet)).toMatchObject({ step: "poll-operation", handle: { id: "d1" } });
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.cloud.deployments).toHaveLength(1);
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("makes a finished row a tombstone, which still knows its key, and forgets it at last", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    await fleet.step("poll-operation");
    fleet.pass(retainMs + 1);
    await fleet.sweep();
    expect(fleet.world.store.read(operationKey(idOf("r1")))?.record.kind).toBe("tombstone");
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    expect(fleet.count("start-deployment")).toBe(0);
    fleet.pass(400 * 86_400_000);
    await fleet.sweep();
    expect(fleet.world.store.read(operationKey(idOf("r1")))).toBeUndefined();
  });

  test("that waits for the same again never looks again at once, whatever time it asks for", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    const { ports } = fleet;
    const now = ports.clock.now();
    const waitingFor = { code: "restoring", detail: "for others", since: now };
    const asks = (record: OperationRecord) => {
      const run = { record, ports, message: { n: 0, attempt: 0 }, hasNews: false } as Run;
      return postpone(run, new Later("restoring", "for others", { at: now - 60_000 }));
    };
    const row = { ...rowOf(fleet), wakeAt: now + 3_600_000 };
    expect(asks({ ...row, waitingFor })).toMatchObject({ kind: "send", at: now + 1_000 });
    expect(asks(row)).toMatchObject({ change: { owedStep: { notBefore: now } } });
  });

  test("that polls never asks again at once, whatever the provider asks for", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    const { ports } = fleet;
    const now = ports.clock.now();
    const record = { ...rowOf(fleet), wakeAt: now + 3_600_000 };
    const run = { record, ports, message: { n: 1, attempt: 0 }, hasNews: false } as Run;
    const pace = { firstMs: 2_000, maxMs: 60_000 };
    const again = decide(run, { kind: "again", status: "Running", pace, retryAfterMs: 0 });
    expect(again).toMatchObject({ kind: "send", at: now + 1_000 });
    expect(decide(run, { kind: "again", status: "Running", pace, retryAfterMs: 60_000 })).toMatchObject({
      at: now + 60_000,
    });
    const unclear = decide(run, { kind: "unclear", status: "7", pace, retryAfterMs: 0 });
    const { owedStep } = unclear.kind === "write" ? unclear.change : {};
    expect(owedStep?.notBefore).toBeGreaterThanOrEqual(now + 1_900);
  });
});
