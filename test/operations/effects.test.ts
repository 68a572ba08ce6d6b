import { describe, expect, test } from "vitest";
import { steps } from "../../functions/steps.ts";
import { resolveOperation, setPaused } from "../../lib/operations/commands.ts";
import { closeUntilReconciled } from "../../lib/operations/restore.ts";
import { createRunner } from "../../lib/operations/runner.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { ByHand, person, rowOf, started } from "./by-hand.ts";
import { idOf, image, requestBody, retainMs } from "./fleet.ts";

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

  test("that come to light late are noted even when the write that notes them loses", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1", { deadline: "PT1M" }));
    await fleet.step("inbox");
    const gate = fleet.gate("provider.create");
    let losesOnce = false;
    const ledger = {
      ...fleet.ports.ledger,
      write: async (...args: Parameters<typeof fleet.ports.ledger.write>) => {
        const [key] = args;
        // The second write of this process: the first one meets the ended row, this one meets the sweep's clear.
        if (losesOnce && key.startsWith("operation/") && (await fleet.ports.ledger.read(key))?.version === args[2]) {
          losesOnce = false;
          return undefined;
        }
        return fleet.ports.ledger.write(...args);
      },
    };
    const working = fleet.handle(fleet.next("start-deployment"), fleet.process({ ...fleet.ports, ledger }));
    await gate.reached;
    fleet.cloud.behaviour.finds.push(...Array.from({ length: 50 }, () => "unavailable" as const));
    await fleet.world.run(() => rowOf(fleet).outcome !== undefined, 7_200_000);
    expect(rowOf(fleet).outcome).toBe("unknown");
    const { wakeAt } = rowOf(fleet);
    losesOnce = true;
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
      unsettledFirst: gate,
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
