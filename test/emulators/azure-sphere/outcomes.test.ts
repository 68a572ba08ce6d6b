import { describe, expect, it } from "vitest";
import { Harness, ids } from "./harness.ts";

describe("refusals that only the operation finds", () => {
  it.each([
    ["an unknown image", [ids.nobody], 8],
    ["an image that is not ready", [ids.processing], 5],
    ["two images with one component id", [ids.app, ids.appNext], 5],
    ["the same image twice", [ids.app, ids.app.toUpperCase()], 5],
  ])("fails for %s", async (_what, imageIds, code) => {
    const harness = new Harness();
    const created = await harness.create(imageIds);
    expect(created.status).toBe(202);
    harness.tick(4_999);
    expect((await harness.operation(created.body.OperationId)).body.State).toBe(1);
    harness.tick(1);
    expect((await harness.operation(created.body.OperationId)).body).toMatchObject({
      State: 3,
      Error: { Code: code, Message: expect.any(String) },
      ResourceLocation: null,
    });
    expect((await harness.group()).body.CurrentDeployment).toBeNull();
  });

  it("accepts image ids in another case", async () => {
    expect(await new Harness().run([ids.app.toUpperCase()])).toMatchObject({ State: 2 });
  });
});

describe("scripted outcomes", () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])("fails with Error.Code %i", async (errorCode) => {
    const harness = new Harness();
    harness.emulator.script({ result: "failed", errorCode, errorMessage: "No." });
    const operation = await harness.run();
    expect(operation).toMatchObject({ State: 3, Error: { Code: errorCode, Message: "No." }, ResourceLocation: null });
    expect(operation.CompletedDateUTC).not.toBeNull();
    expect((await harness.history()).body.Items).toEqual([]);
  });

  it("leaves Error.Message or the whole Error null", async () => {
    const harness = new Harness();
    harness.emulator.script({ result: "failed", errorCode: 0, errorMessage: null, times: 1 });
    expect((await harness.run()).Error).toEqual({ Code: 0, Message: null });
    harness.emulator.script({ result: "failed", errorCode: null });
    expect(await harness.run()).toMatchObject({ State: 3, Error: null });
  });

  it("completes with errors and tells the details in the details read only", async () => {
    const harness = new Harness();
    const detailsMessage = "Device 7 was not assigned.";
    harness.emulator.script({ result: "complete-with-errors", errorMessage: "Some failed.", detailsMessage });
    const operation = await harness.run([ids.app, ids.board]);
    expect(operation).toMatchObject({ State: 4, Error: { Code: 0, Message: "Some failed." } });
    expect(operation.ResourceLocation).not.toBeNull();
    expect((await harness.details(operation.OperationId)).body).toEqual({
      ...operation,
      Error: { Code: 0, Message: detailsMessage },
    });
    expect((await harness.group()).body.CurrentDeployment?.DeployedImages).toEqual([ids.app, ids.board]);
  });

  it("assigns only some images or none when it completes with errors", async () => {
    const harness = new Harness();
    harness.emulator.script({ result: "complete-with-errors", assignedImageIds: [ids.app], times: 1 });
    await harness.run([ids.app, ids.board]);
    expect((await harness.group()).body.CurrentDeployment?.DeployedImages).toEqual([ids.app]);
    harness.emulator.script({ result: "complete-with-errors", assignedImageIds: [] });
    expect(await harness.run([ids.board])).toMatchObject({ State: 4, ResourceLocation: null });
    expect(harness.emulator.state.deployments(ids.group)).toHaveLength(1);
  });

  it("stays in progress for ever", async () => {
    const harness = new Harness();
    harness.emulator.script({ result: "stuck" });
    const operation = await harness.run();
    expect(operation.State).toBe(1);
    harness.tick(365 * 86_400_000);
    expect((await harness.operation(operation.OperationId)).body).toMatchObject({ State: 1, CompletedDateUTC: null });
    expect(harness.emulator.state.nextChangeMs()).toBeNull();
  });

  it("reports an unknown state, for ever or until it completes", async () => {
    const harness = new Harness();
    harness.emulator.script({ result: "unknown-state", times: 1 });
    const lasting = await harness.run();
    harness.emulator.script({ result: "unknown-state", state: 9, unknownForMs: 10_000 });
    const passing = await harness.run();
    expect([lasting.State, passing.State]).toEqual([7, 9]);
    harness.tick(10_000);
    expect((await harness.operation(lasting.OperationId)).body.State).toBe(7);
    expect((await harness.operation(passing.OperationId)).body.State).toBe(2);
    expect(harness.emulator.state.deployments(ids.group)).toHaveLength(1);
  });

  it("forgets an operation after its end and keeps its deployment", async () => {
    const harness = new Harness();
    harness.emulator.script({ result: "complete", forgottenAfterMs: 0 });
    const { body } = await harness.create();
    harness.tick(4_999);
    expect((await harness.operation(body.OperationId)).status).toBe(200);
    harness.tick(1);
    expect((await harness.operation(body.OperationId)).status).toBe(404);
    expect((await harness.details(body.OperationId)).status).toBe(404);
    expect((await harness.history()).body.Items).toHaveLength(1);
  });
});

describe("choosing operations", () => {
  it("matches by device group, by image and by predicate", async () => {
    const harness = new Harness();
    harness.emulator.script({ deviceGroupId: ids.otherGroup.toUpperCase(), result: "failed", errorCode: 1 });
    harness.emulator.script({ imageId: ids.board, result: "failed", errorCode: 2 });
    harness.emulator.script({ where: ({ imageIds }) => imageIds.length === 2, result: "failed", errorCode: 3 });
    expect((await harness.run([ids.app], ids.otherGroup)).Error?.Code).toBe(1);
    expect((await harness.run([ids.board])).Error?.Code).toBe(2);
    expect((await harness.run([ids.app, ids.processing])).Error?.Code).toBe(3);
    expect((await harness.run([ids.app])).State).toBe(2);
  });

  it("holds for the next create only, and can be removed or cleared", async () => {
    const harness = new Harness();
    const once = harness.emulator.script({ result: "failed", times: 1 });
    expect((await harness.run()).State).toBe(3);
    expect((await harness.run()).State).toBe(2);
    expect(once.hits()).toBe(1);
    const removed = harness.emulator.script({ result: "failed" });
    removed.remove();
    expect((await harness.run()).State).toBe(2);
    harness.emulator.script({ result: "failed" });
    harness.emulator.clearOutcomes();
    expect((await harness.run()).State).toBe(2);
  });

  it("scripts uploads apart from deployments", async () => {
    const harness = new Harness();
    const upload = harness.emulator.script({ operationType: 7, result: "failed" });
    expect((await harness.run()).State).toBe(2);
    expect(upload.hits()).toBe(0);
  });
});
