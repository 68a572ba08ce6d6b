import { describe, expect, test } from "vitest";
import { RetryableError } from "../../lib/contracts/errors.ts";
import { operationKey, turnKey } from "../../lib/contracts/operation.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { giveBack, holdOf, takeTurn } from "../../lib/operations/turns.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { abandon, ByHand, dyingAt, person, resource, rowOf, started } from "./by-hand.ts";
import { idOf, image, requestBody } from "./fleet.ts";

const toldToWait = (fleet: ByHand, request: string) =>
  fleet.world.store.events.filter(
    ({ type, subject }) => type === "drover.operation.waiting" && subject === idOf(request),
  );

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
    expect(turn).toMatchObject({ holders: [{ operation: idOf("r2") }], line: [{ operation: idOf("r3") }] });
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

  test("tell that they are waited for, also when the bus refuses that at first", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    fleet.submit(requestBody("r2"));
    await fleet.step("inbox");
    const refuses = { publish: () => Promise.reject(new RetryableError("Expected the bus to take it, got a refusal")) };
    const delivery = fleet.next("start-deployment");
    const settlement = await fleet.handle(delivery, fleet.process({ ...fleet.ports, bus: refuses }));
    // Another message would prove sent what was not: this one has to come again.
    expect(settlement.kind).toBe("release");
    expect(fleet.count("start-deployment")).toBe(1);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(new Set(toldToWait(fleet, "r2").map(({ id }) => id)).size).toBe(1);
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("tell that they are waited for, also when nobody can say whether that was written", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    fleet.submit(requestBody("r2"));
    await fleet.step("inbox");
    const { ledger } = fleet.ports;
    const lost = () => Promise.reject(new RetryableError("Expected the ledger to answer, got nothing"));
    let isLost = false;
    const silent: typeof ledger = {
      ...ledger,
      read: (key) => (isLost ? lost() : ledger.read(key)),
      write: async (key, record, expected) => {
        const version = await ledger.write(key, record, expected);
        isLost = record.kind === "operation" && record.waitingFor?.code === "turn";
        return isLost ? lost() : version;
      },
    };
    const delivery = fleet.next("start-deployment");
    const settlement = await fleet.handle(delivery, fleet.process({ ...fleet.ports, ledger: silent }));
    expect(rowOf(fleet, "r2").waitingFor?.code).toBe("turn");
    expect(settlement.kind).toBe("release");
    await fleet.handle(delivery);
    expect(toldToWait(fleet, "r2")).toHaveLength(1);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("are told to be waited for once, and at most once again, however long the line stands still", async () => {
    const fleet = new ByHand({ durationMs: 86_400_000 });
    await started(fleet);
    await waitingBehind(fleet, "r2");
    expect(toldToWait(fleet, "r2")).toHaveLength(1);
    for (let sweeps = 0; sweeps < 20; sweeps += 1) {
      fleet.pass(130_000);
      await fleet.sweep();
      await fleet.step("start-deployment");
    }
    expect(rowOf(fleet, "r2").waitingFor?.code).toBe("turn");
    expect(toldToWait(fleet, "r2").length).toBeLessThanOrEqual(2);
    expect(rowOf(fleet, "r2").outbox).toEqual([]);
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
    expect(await takeTurn(fleet.ports, holdOf(row.id, row.turn), { resource, capacity: 1 }, true)).toEqual({
      kind: "held",
    });
    await giveBack(fleet.ports, row.id, resource, 1);
    expect(fleet.world.store.read(turnKey(resource))?.record).toMatchObject({ holders: [{ operation: row.id, k: 2 }] });
  });

  test("are not taken by a frozen twin that knows an older number of its own operation", async () => {
    const fleet = new ByHand({ durationMs: 3_600_000 });
    await started(fleet);
    const old = rowOf(fleet);
    const row = { ...old, turn: { resource, holdsGivenUp: 1 } };
    const key = operationKey(row.id);
    await fleet.ports.ledger.write(key, row, (await fleet.ports.ledger.read(key))?.version ?? "");
    await takeTurn(fleet.ports, holdOf(row.id, row.turn), { resource, capacity: 1 }, true);
    expect(await takeTurn(fleet.ports, holdOf(old.id, old.turn), { resource, capacity: 1 }, true)).toEqual({
      kind: "stale-row",
    });
    expect(fleet.world.store.read(turnKey(resource))?.record).toMatchObject({ holders: [{ operation: row.id, k: 2 }] });
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
    expect(fleet.world.store.read(turnKey(resource))?.record).toMatchObject({ holders: [{ operation: idOf("r3") }] });
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
    expect(await takeTurn(fleet.ports, holdOf(frozen.id, frozen.turn), { resource, capacity: 1 }, true)).toEqual({
      kind: "held",
    });
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

  test("are handed over without losing an event that the new holder still owed", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    await waitingBehind(fleet, "r2");
    // r2 is cancelled; the cancel is written and crashes before it sends anything. Then r1 ends and wakes r2.
    await abandon(cancelOperation(dyingAt(fleet.ports, "publish"), idOf("r2"), person));
    await fleet.step("poll-operation");
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(rowOf(fleet, "r2").outcome).toBe("cancelled");
    const codes = fleet.world.store.events
      .filter((event) => event.subject === idOf("r2"))
      .map((event) => event.data.code);
    expect(codes).toContain("cancel-requested");
  });

  test("that were handed over without a wake-up are woken when the giving back is repeated", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    await waitingBehind(fleet, "r2");
    const delivery = fleet.next("poll-operation");
    await abandon(fleet.handle(delivery, fleet.process(dyingAt(fleet.ports, "send"))));
    expect(fleet.world.store.read(turnKey(resource))?.record).toMatchObject({ holders: [{ operation: idOf("r2") }] });
    expect(fleet.count("start-deployment")).toBe(0);
    await fleet.handle(delivery);
    expect(fleet.count("start-deployment")).toBe(1);
  });
});
