import { describe, expect, test } from "vitest";
import { operationKey } from "../../lib/contracts/operation.ts";
import { approveOperation, cancelOperation, wakeOperation } from "../../lib/operations/commands.ts";
import { explain } from "../../lib/operations/explain.ts";
import { extendWait } from "../../lib/operations/waits.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { Fleet, idOf, requestBody, serverNames, serversBody } from "./fleet.ts";

const minuteMs = 60_000;

async function waiting(body = requestBody("r1")): Promise<Fleet> {
  const fleet = new Fleet({ mode: "cloud" }, {}, {}, () => true);
  fleet.submit(body);
  await fleet.world.run(() => false, 30 * minuteMs);
  expect(fleet.row("r1")).toMatchObject({ state: "active", waitingFor: { code: "approval" } });
  expect(fleet.cloud.deployments).toEqual([]);
  return fleet;
}

describe("a request that needs approval", () => {
  test("does nothing until somebody else approves it, then goes on at once", async () => {
    const fleet = await waiting();
    expect(fleet.eventsOf("r1")).toEqual(["accepted", "attention"]);
    const row = fleet.row("r1");
    expect(row && explain(row, fleet.world.clock.now()).acts).toMatchObject({
      who: "person",
      commands: [`drover operations approve ${idOf("r1")}`, `drover operations cancel ${idOf("r1")}`],
    });
    expect(await approveOperation(fleet.world.outside, idOf("r1"), { by: "grace" })).toBe("approved");
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")).toMatchObject({ outcome: "succeeded", approval: { by: "grace" } });
    expect(fleet.cloud.deployments).toHaveLength(1);
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("is written down twice and then left alone until its deadline", async () => {
    const fleet = await waiting();
    expect(fleet.world.trace.filter((io) => /^ledger\.(create|write) operation/.test(io))).toHaveLength(2);
  });

  test("cannot be approved by whoever asked for it", async () => {
    const fleet = await waiting();
    const approval = approveOperation(fleet.world.outside, idOf("r1"), { by: "inbox" });
    await expect(approval).rejects.toThrow("somebody else has to approve it");
  });

  test("can be approved twice, and begins once", async () => {
    const fleet = await waiting();
    const approve = (by: string) => approveOperation(fleet.world.outside, idOf("r1"), { by });
    expect((await Promise.all([approve("grace"), approve("alan")])).sort()).toEqual(["already", "approved"]);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.cloud.deployments).toHaveLength(1);
  });

  test.each([
    ["times out soon", undefined, "timed-out"],
    ["is cancelled at once", 40 * minuteMs, "cancelled"],
  ])("for many servers %s, and turns no circles until then", async (_, cancelAfterMs, outcome) => {
    const fleet = await waiting(serversBody("r1", serverNames(3), { deadline: "PT2H" }));
    if (cancelAfterMs !== undefined) {
      await fleet.world.run(() => false, cancelAfterMs);
      await cancelOperation(fleet.world.outside, idOf("r1"), { by: "grace" });
    }
    const ios = fleet.world.trace.length;
    expect(await fleet.runUntilQuiet()).toBe(true);
    const row = fleet.row("r1");
    expect(row).toMatchObject({ outcome });
    expect((row?.endedAt ?? 0) - (row?.cancelRequested?.at ?? row?.deadline ?? 0)).toBeLessThan(2 * minuteMs);
    expect(fleet.world.trace.slice(ios).filter((io) => io !== "ledger.due").length).toBeLessThan(40);
    expect(fleet.rows()).toHaveLength(1);
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("times out when nobody approves it", async () => {
    const fleet = await waiting();
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")).toMatchObject({ outcome: "timed-out", code: "deadline-before-start" });
    expect(fleet.cloud.deployments).toEqual([]);
    const late = approveOperation(fleet.world.outside, idOf("r1"), { by: "grace" });
    await expect(late).rejects.toThrow("ended as timed-out");
  });

  test("does not wait for a set time, so that nobody can make it longer", async () => {
    const fleet = await waiting();
    const extended = extendWait(fleet.world.outside, idOf("r1"), minuteMs, { by: "ada" });
    await expect(extended).rejects.toMatchObject({ code: "not-waiting" });
  });

  test("can be cancelled before", async () => {
    const fleet = await waiting();
    await cancelOperation(fleet.world.outside, idOf("r1"), { by: "ada" });
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")?.outcome).toBe("cancelled");
  });

  test("does nothing either when a message reaches its step all the same", async () => {
    const fleet = await waiting();
    await wakeOperation(fleet.world.outside, idOf("r1"), "by mistake");
    await fleet.world.run(() => false, 30 * minuteMs);
    expect(fleet.cloud.deployments).toEqual([]);
    expect(fleet.row("r1")?.waitingFor?.code).toBe("approval");
  });

  test("makes no children before", async () => {
    const fleet = await waiting(serversBody("r1", serverNames(3)));
    expect(fleet.rows()).toHaveLength(1);
    await approveOperation(fleet.world.outside, idOf("r1"), { by: "grace" });
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.cloud.deployments).toHaveLength(3);
  });

  test("is told of again when a crash kept the first telling from being sent", async () => {
    const fleet = new Fleet({ mode: "cloud", faults: new Map([[2, { kind: "crash-before" }]]) }, {}, {}, () => true);
    fleet.submit(requestBody("r1"));
    await fleet.world.run(() => false, 30 * minuteMs);
    expect(fleet.eventsOf("r1")).toEqual(["accepted", "attention"]);
    const record = fleet.world.store.read(operationKey(idOf("r1")))?.record;
    expect(record).toMatchObject({ outbox: [], waitingFor: { code: "approval" } });
  });
});
