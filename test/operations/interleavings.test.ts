import { describe, expect, test } from "vitest";
import { steps } from "../../functions/steps.ts";
import { type OperationRecord, operationKey, turnKey } from "../../lib/contracts/operation.ts";
import { cancelOperation, redrive, resolveOperation, setPaused } from "../../lib/operations/commands.ts";
import { closeUntilReconciled } from "../../lib/operations/restore.ts";
import { createRunner } from "../../lib/operations/runner.ts";
import { giveBack, takeTurn } from "../../lib/operations/turns.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { abandon, ByHand, dyingAt } from "./by-hand.ts";
import { group, idOf, image, requestBody, retainMs } from "./fleet.ts";

const resource = `group:${group}`;
const person = { by: "ops" };

/** The row as the store has it, which a test knows to be there. */
function rowOf(fleet: ByHand, requestId = "r1"): OperationRecord {
  const row = fleet.row(requestId);
  if (!row) throw new Error(`Expected a row of ${requestId}`);
  return row;
}

async function started(fleet: ByHand, requestId = "r1"): Promise<void> {
  fleet.submit(requestBody(requestId));
  await fleet.step("inbox");
  await fleet.step("start-deployment");
}

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
});

describe("effects", () => {
  test("are not sent by a process that was frozen until after sendBefore", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    const ledger = {
      ...fleet.ports.ledger,
      durable: async () => {
        fleet.pass(11_000);
      },
    };
    await fleet.handle(fleet.next("start-deployment"), fleet.process({ ...fleet.ports, ledger }));
    expect(fleet.cloud.calls.create).toBe(0);
    expect(rowOf(fleet).intents).toEqual({});
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.cloud.deployments).toHaveLength(1);
  });

  test("are not begun when the function has too little time left to write their result", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    await fleet.handle(fleet.next("start-deployment"), fleet.process(), 20_000);
    expect(fleet.cloud.calls.create).toBe(0);
    expect(fleet.count("start-deployment")).toBe(1);
  });

  test("are judged settled at the start of a look, not after it", async () => {
    // Look: absent. While the look is under way the effect lands and the settling time ends. Judged afterwards, it would be created again.
    const fleet = new ByHand({ creates: [{ landLateMs: 338_000 }] });
    await started(fleet);
    expect(fleet.cloud.calls.create).toBe(1);
    const { settledAt } = rowOf(fleet).intents["deployment"] ?? { settledAt: 0 };
    fleet.pass(settledAt - fleet.world.clock.now() - 5_000);
    const gate = fleet.gate("provider.find");
    const looking = fleet.handle(fleet.next("start-deployment"));
    await gate.reached;
    fleet.pass(10_000);
    gate.open();
    await looking;
    expect(fleet.cloud.calls.create).toBe(1);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.cloud.deployments).toHaveLength(1);
  });

  test("are not repeated after a jump of the wall clock makes them look settled", async () => {
    const fleet = new ByHand({ creates: [{ landLateMs: 60_000 }] });
    fleet.submit(requestBody("r1", { deadline: "P10D" }));
    const functions = fleet.process();
    await fleet.handle(fleet.next("inbox"), functions);
    await fleet.handle(fleet.next("start-deployment"), functions);
    fleet.pass(41_000);
    fleet.world.clock.jump(86_400_000);
    await fleet.handle(fleet.next("start-deployment"), functions);
    expect(fleet.cloud.calls).toMatchObject({ create: 1, find: 1 });
    fleet.pass(40_000);
    await fleet.handle(fleet.next("start-deployment"), functions);
    expect(rowOf(fleet).handle).toEqual({ id: "d1" });
  });

  test("end as unknown when the provider cannot tell, and block their resource until a person resolves it", async () => {
    const fleet = new ByHand({ creates: ["lose-request"], finds: ["ambiguous"] });
    await started(fleet);
    fleet.pass(60_000);
    await fleet.step("start-deployment");
    expect(rowOf(fleet)).toMatchObject({ outcome: "unknown", reason: "two look alike" });

    fleet.submit(requestBody("r2", { images: [image(2)], deadline: "P2D" }));
    await fleet.world.run(() => false, 3_600_000);
    expect(rowOf(fleet, "r2")).toMatchObject({ state: "active", waitingFor: { code: "turn", who: idOf("r1") } });

    await resolveOperation(fleet.ports, idOf("r1"), "not-done", { by: "ops", note: "looked in the portal" }, retainMs);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet, "r2").outcome).toBe("succeeded");
    expect(fleet.eventsOf("r1")).toContain("resolved");
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("that come to light after the outcome unknown are noted, and the outcome stays", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1", { deadline: "PT1M" }));
    await fleet.step("inbox");
    const gate = fleet.gate("provider.create");
    const working = fleet.handle(fleet.next("start-deployment"));
    await gate.reached;
    fleet.cloud.behaviour.finds.push(...Array.from({ length: 50 }, () => "unavailable" as const));
    await fleet.world.run(() => rowOf(fleet).outcome !== undefined, 7_200_000);
    expect(rowOf(fleet).outcome).toBe("unknown");
    const { wakeAt } = rowOf(fleet);
    gate.open();
    await working;
    expect(rowOf(fleet)).toMatchObject({
      outcome: "unknown",
      intents: { deployment: { result: { handle: { id: "d1" } } } },
    });
    expect(rowOf(fleet).wakeAt).toBe(wakeAt);
  });

  test("wait while their connection is paused; polls go on", async () => {
    const fleet = new ByHand();
    await started(fleet, "before");
    await setPaused(fleet.ports, "sphere", true, person);
    fleet.submit(requestBody("after", { deviceGroupId: "c4b1067f-0000-4000-8000-000000000002" }));
    await fleet.world.run(() => false, 900_000);
    expect(rowOf(fleet, "before").outcome).toBe("succeeded");
    expect(rowOf(fleet, "after").waitingFor?.code).toBe("paused");
    expect(fleet.cloud.calls.create).toBe(1);
    await setPaused(fleet.ports, "sphere", false, person);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet, "after").outcome).toBe("succeeded");
  });
});

describe("a restored backup", () => {
  test("begins nothing new before every effect that was under way is reconciled", async () => {
    const fleet = new ByHand({ creates: ["lose-reply", "lose-request"] });
    for (const id of ["r1", "r2", "r3"]) {
      fleet.submit(requestBody(id, { deviceGroupId: `c4b1067f-0000-4000-8000-00000000000${id.at(-1)}` }));
      await fleet.step("inbox");
    }
    await fleet.step("start-deployment");
    await fleet.step("start-deployment");
    expect(fleet.cloud.calls.create).toBe(2);
    fleet.world.store.messages.clear();
    const gate = await closeUntilReconciled(fleet.ports);
    const provider = fleet.cloud.provider(fleet.io);
    const handler = createRunner({
      ports: fleet.ports,
      steps,
      providerOf: async () => provider,
      retainMs,
      mayStartEffects: gate,
    });
    const context = { signal: new AbortController().signal, remainingMs: () => 120_000 };
    const created: number[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      fleet.pass(60_000);
      await fleet.sweep();
      for (const message of [...fleet.world.store.messages.values()]) {
        if (message.visibleAt > fleet.world.clock.now()) continue;
        fleet.world.store.messages.delete(message.id);
        await handler({ ...message, receives: 1 }, context);
        const open = ["r1", "r2"].some((id) =>
          Object.values(rowOf(fleet, id).intents).some((intent) => !intent.result),
        );
        if (open) created.push(fleet.cloud.calls.create);
      }
    }
    expect(new Set(created)).toEqual(new Set([2]));
    expect(["r1", "r2", "r3"].map((id) => rowOf(fleet, id).outcome)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(fleet.cloud.deployments).toHaveLength(3);
  });
});

describe("turns", () => {
  async function waitingBehind(fleet: ByHand, ...ids: string[]): Promise<void> {
    for (const id of ids) {
      fleet.submit(requestBody(id, { images: [image(ids.indexOf(id) + 2)] }));
      await fleet.step("inbox");
      await fleet.step("start-deployment");
    }
  }

  test("are handed to the head of the line in the write that gives them back, so that late-comers do not overtake", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    await waitingBehind(fleet, "r2", "r3");
    await fleet.step("poll-operation");
    const turn = fleet.world.store.read(turnKey(resource))?.record;
    expect(turn).toMatchObject({ holder: { operation: idOf("r2") }, line: [{ operation: idOf("r3") }] });
    // r4 arrives between the hand-over and the moment when r2 hears of it.
    fleet.submit(requestBody("r4"));
    await fleet.step("inbox");
    const late = [...fleet.world.store.messages.values()].find((one) => one.body.includes(idOf("r4")));
    if (late) await fleet.handle({ ...late });
    expect(fleet.cloud.calls.create).toBe(1);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.cloud.deployments.map((one) => one.images)).toEqual([
      JSON.stringify([image(1)]),
      JSON.stringify([image(2)]),
      JSON.stringify([image(3)]),
      JSON.stringify([image(1)]),
    ]);
  });

  test("of an operation that gave them up for a while are void, even when it crashed before giving back", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    const row = rowOf(fleet);
    const key = operationKey(row.id);
    const version = (await fleet.ports.ledger.read(key))?.version ?? "";
    await fleet.ports.ledger.write(key, { ...row, turn: { resource, holdsGivenUp: 1 } }, version);
    await waitingBehind(fleet, "r2");
    expect(fleet.cloud.calls.create).toBe(2);
    expect(rowOf(fleet, "r2").handle).toBeDefined();
  });

  test("are never given back by a frozen worker whose operation has taken them anew", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    const row = { ...rowOf(fleet), turn: { resource, holdsGivenUp: 1 } };
    const key = operationKey(row.id);
    await fleet.ports.ledger.write(key, row, (await fleet.ports.ledger.read(key))?.version ?? "");
    expect(await takeTurn(fleet.ports, row, resource, true)).toEqual({ kind: "held" });
    await giveBack(fleet.ports, row.id, resource, 1);
    expect(fleet.world.store.read(turnKey(resource))?.record).toMatchObject({ holder: { operation: row.id, k: 2 } });
  });

  test("are not taken by a frozen twin that knows an older number of its own operation", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    const old = rowOf(fleet);
    const row = { ...old, turn: { resource, holdsGivenUp: 1 } };
    const key = operationKey(row.id);
    await fleet.ports.ledger.write(key, row, (await fleet.ports.ledger.read(key))?.version ?? "");
    await takeTurn(fleet.ports, row, resource, true);
    expect(await takeTurn(fleet.ports, old, resource, true)).toEqual({ kind: "stale-row" });
    expect(fleet.world.store.read(turnKey(resource))?.record).toMatchObject({ holder: { operation: row.id, k: 2 } });
  });

  test("that were handed to an operation which has ended go on to the next in line", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    await waitingBehind(fleet, "r2", "r3");
    // r2 is cancelled, ends, and crashes before it leaves the line.
    await cancelOperation(fleet.ports, idOf("r2"), person);
    await abandon(fleet.handle(fleet.next("start-deployment"), fleet.process(dyingAt(fleet.ports, "publish"))));
    expect(rowOf(fleet, "r2").outcome).toBe("cancelled");
    await fleet.step("poll-operation");
    expect(fleet.world.store.read(turnKey(resource))?.record).toMatchObject({ holder: { operation: idOf("r3") } });
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet, "r3").outcome).toBe("succeeded");
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("that a frozen function took for an operation which had ended are void", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1", { deadline: "PT1M" }));
    await fleet.step("inbox");
    const frozen = rowOf(fleet);
    fleet.world.store.messages.clear();
    fleet.pass(7_200_000);
    await fleet.sweep();
    expect(rowOf(fleet).outcome).toBe("timed-out");
    expect(await takeTurn(fleet.ports, frozen, resource, true)).toEqual({ kind: "held" });
    await waitingBehind(fleet, "r2");
    expect(rowOf(fleet, "r2").handle).toEqual({ id: "d1" });
  });

  test("that cannot be woken by a lost message are found by the sweep", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    await waitingBehind(fleet, "r2");
    await fleet.step("poll-operation");
    fleet.world.store.messages.clear();
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet, "r2").outcome).toBe("succeeded");
  });
});

describe("deadline, cancel and redrive", () => {
  test("a cancel before the start ends the operation and touches nothing", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    expect(await cancelOperation(fleet.ports, idOf("r1"), person)).toEqual({ kind: "requested" });
    expect(await cancelOperation(fleet.ports, idOf("r1"), person)).toEqual({ kind: "already" });
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet).outcome).toBe("cancelled");
    expect(fleet.cloud.calls.create).toBe(0);
    expect(await cancelOperation(fleet.ports, idOf("r1"), person)).toEqual({ kind: "ended" });
  });

  test("a cancel with an open intent asks the provider first", async () => {
    for (const [behaviour, outcome, deployments] of [
      ["lose-reply", "succeeded", 1],
      ["lose-request", "cancelled", 0],
    ] as const) {
      const fleet = new ByHand({ creates: [behaviour] });
      await started(fleet);
      await cancelOperation(fleet.ports, idOf("r1"), person);
      expect(await fleet.runUntilQuiet()).toBe(true);
      expect(rowOf(fleet).outcome).toBe(outcome);
      expect(fleet.cloud.deployments).toHaveLength(deployments);
      expect(fleet.cloud.calls.find).toBeGreaterThan(0);
    }
  });

  test("a cancel that came too late says so in the outcome that the provider reached", async () => {
    const fleet = new ByHand();
    await started(fleet);
    await cancelOperation(fleet.ports, idOf("r1"), person);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet)).toMatchObject({
      outcome: "succeeded",
      reason: expect.stringContaining("cancel came after the start"),
    });
  });

  test("a cancel that arrives before its operation is tried a few times, then rejected", async () => {
    const fleet = new ByHand();
    const data = { source: "/test", id: "r1" };
    const body = { specversion: "1.0", id: "c1", source: "/test", type: "drover.operation.cancel", data };
    fleet.submit(JSON.stringify(body));
    expect(await fleet.handle(fleet.next("inbox"))).toMatchObject({ kind: "release" });
    const message = fleet.next("inbox");
    expect(await fleet.handle({ ...message, receives: 4 })).toEqual({ kind: "acknowledge" });
    expect(fleet.world.store.events.map((event) => event.type)).toEqual(["drover.operation.rejected"]);
  });

  test("a deadline before the start ends as timed-out without an effect", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1", { deadline: "PT1M" }));
    await fleet.step("inbox");
    fleet.pass(61_000);
    await fleet.step("start-deployment");
    expect(rowOf(fleet)).toMatchObject({ outcome: "timed-out", code: "deadline-before-start" });
    expect(fleet.cloud.calls.create).toBe(0);
  });

  test("a deadline during a deployment ends as timed-out after a last look", async () => {
    const fleet = new ByHand({ durationMs: 86_400_000 });
    fleet.submit(requestBody("r1", { deadline: "PT10M" }));
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet)).toMatchObject({ outcome: "timed-out", reason: expect.stringContaining("InProgress") });
    expect((rowOf(fleet).endedAt ?? 0) - rowOf(fleet).deadline).toBeLessThan(5_000);
  });

  test("a deadline with an open intent that nothing explains ends as unknown", async () => {
    const finds = Array.from({ length: 100 }, () => "unavailable" as const);
    const fleet = new ByHand({ creates: ["lose-request"], finds });
    fleet.submit(requestBody("r1", { deadline: "PT10M" }));
    await fleet.world.run(() => rowOf(fleet).outcome !== undefined, 7_200_000);
    expect(rowOf(fleet)).toMatchObject({ outcome: "unknown", code: "deadline-open-intent" });
  });

  test("a status that nobody knows is looked at a bounded number of times, then unknown", async () => {
    const polls = Array.from({ length: 20 }, () => ({ kind: "unclear", status: '"State 7"' }) as const);
    const fleet = new ByHand({ polls });
    fleet.submit(requestBody("r1"));
    await fleet.world.run(() => rowOf(fleet)?.outcome !== undefined, 7_200_000);
    expect(rowOf(fleet)).toMatchObject({
      outcome: "unknown",
      code: "unknown-status",
      reason: expect.stringContaining("State 7"),
    });
    expect(fleet.cloud.calls.poll).toBe(6);
  });

  test("a step that fails by a defect becomes a dead letter, parks its operation and goes on when redriven", async () => {
    const fleet = new ByHand();
    await started(fleet);
    const broken = {
      ...fleet.cloud.provider(fleet.io),
      poll: () => Promise.reject(new TypeError("x is not a function")),
    };
    const delivery = fleet.next("poll-operation");
    const settlement = await fleet.handle(delivery, fleet.process(fleet.ports, broken));
    expect(settlement).toMatchObject({ kind: "release", cause: "x is not a function" });
    // What the host does at the fifth receive.
    fleet.world.store.messages.delete(delivery.id);
    const letter = JSON.stringify({
      v: 1,
      queue: "poll-operation",
      id: delivery.id,
      body: delivery.body,
      receives: 5,
      at: 0,
      cause: "x is not a function",
    });
    fleet.world.store.send("poll-operation-dead-letters", letter, fleet.world.clock.now(), 0);
    await fleet.step("poll-operation-dead-letters");
    expect(rowOf(fleet)).toMatchObject({ parked: {}, wakeAt: rowOf(fleet).deadline });
    expect(fleet.eventsOf("r1")).toContain("attention");
    fleet.pass(1_800_000);
    await fleet.sweep();
    expect(fleet.count("poll-operation")).toBe(0);

    const [id] = [...fleet.world.store.rows.keys()].filter((key) => key.startsWith("dead-letter/"));
    await redrive(fleet.ports, id?.replace("dead-letter/", "") ?? "", person);
    await redrive(fleet.ports, id?.replace("dead-letter/", "") ?? "", person);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet).outcome).toBe("succeeded");
    expect(fleet.cloud.deployments).toHaveLength(1);
    await expect(redrive(fleet.ports, id?.replace("dead-letter/", "") ?? "", person)).rejects.toThrow(
      "which ended as succeeded",
    );
  });

  test("a dead letter from before a cancel does not park the cancelled operation", async () => {
    const fleet = new ByHand();
    await started(fleet);
    const delivery = fleet.next("poll-operation");
    const letter = JSON.stringify({
      v: 1,
      queue: "poll-operation",
      id: delivery.id,
      body: delivery.body,
      receives: 5,
      at: 0,
      cause: "defect",
    });
    await cancelOperation(fleet.ports, idOf("r1"), person);
    fleet.world.store.send("poll-operation-dead-letters", letter, fleet.world.clock.now(), 0);
    await fleet.step("poll-operation-dead-letters");
    expect(rowOf(fleet).parked).toBeUndefined();
    const records = [...fleet.world.store.rows.keys()].filter((key) => key.startsWith("dead-letter/"));
    expect(fleet.world.store.read(records[0] ?? "")?.record).toMatchObject({ verdict: "moved-on" });
  });

  test("a parked operation that nobody redrives ends at its deadline", async () => {
    const fleet = new ByHand({ durationMs: 86_400_000 });
    await started(fleet);
    const delivery = fleet.next("poll-operation");
    fleet.world.store.messages.delete(delivery.id);
    fleet.world.store.send("poll-operation-dead-letters", delivery.body, fleet.world.clock.now(), 0);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet).outcome).toBe("timed-out");
  });
});
