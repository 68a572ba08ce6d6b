import { describe, expect, test } from "vitest";
import { requestRoutes } from "../../functions/request-routes.ts";
import { PermanentError } from "../../lib/contracts/errors.ts";
import { acceptRequest } from "../../lib/operations/accept.ts";
import { cancelOperation, redrive } from "../../lib/operations/commands.ts";
import { ByHand, person, rowOf, started } from "./by-hand.ts";
import { idOf, image, requestBody } from "./fleet.ts";

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

  test("a row that waits in line ends soon after its deadline", async () => {
    const fleet = new ByHand({ durationMs: 86_400_000 });
    fleet.submit(requestBody("r1", { deadline: "P2D" }));
    await fleet.step("inbox");
    await fleet.step("start-deployment");
    fleet.submit(requestBody("r2", { deadline: "PT130M" }));
    await fleet.world.run(() => rowOf(fleet, "r2")?.outcome !== undefined, 86_400_000);
    expect(rowOf(fleet, "r2").outcome).toBe("timed-out");
    expect((rowOf(fleet, "r2").endedAt ?? 0) - rowOf(fleet, "r2").deadline).toBeLessThan(300_000);
  });

  test("a redriven operation whose message is lost is taken up by the sweep", async () => {
    const fleet = new ByHand({ durationMs: 0 });
    await started(fleet);
    const delivery = fleet.next("poll-operation");
    fleet.world.store.messages.clear();
    fleet.world.store.send("poll-operation-dead-letters", delivery.body, fleet.world.clock.now(), 0);
    await fleet.step("poll-operation-dead-letters");
    const [key = ""] = [...fleet.world.store.rows.keys()].filter((one) => one.startsWith("dead-letter/"));
    await redrive(fleet.ports, key.replace("dead-letter/", ""), person);
    for (let lost = 0; lost < 2; lost += 1) {
      fleet.world.store.messages.clear();
      fleet.pass(400_000);
      await fleet.sweep();
    }
    await fleet.step("poll-operation");
    expect(rowOf(fleet).outcome).toBe("succeeded");
  });

  test("a question that the provider refuses does not end an operation whose effect is open", async () => {
    const fleet = new ByHand({ creates: ["lose-request"] });
    await started(fleet);
    const provider = fleet.cloud.provider(fleet.io);
    const refused = {
      ...provider,
      findDeployment: () => Promise.reject(new PermanentError("Expected a list, got 403")),
    };
    fleet.pass(60_000);
    await fleet.handle(fleet.next("start-deployment"), fleet.process(fleet.ports, refused));
    expect(rowOf(fleet)).toMatchObject({ state: "active", intents: { deployment: { attempt: 1 } } });
    expect(fleet.count("start-deployment")).toBe(1);
  });

  test("a request that comes again after its connection was removed is still the same operation", async () => {
    const fleet = new ByHand();
    fleet.submit(requestBody("r1"));
    await fleet.step("inbox");
    const options = { ports: fleet.ports, routes: requestRoutes, connectionKind: () => undefined, idempotencyMs: 1e12 };
    const by = { requestedBy: "inbox" };
    expect(await acceptRequest(options, requestBody("r1"), by)).toMatchObject({ kind: "duplicate" });
    await expect(acceptRequest(options, requestBody("r2"), by)).rejects.toThrow("Expected a connection");
    const other = { ...options, connectionKind: () => "azure-sphere" };
    await expect(acceptRequest(other, requestBody("r1", { images: [image(9)] }), by)).rejects.toThrow("other content");
  });
});
