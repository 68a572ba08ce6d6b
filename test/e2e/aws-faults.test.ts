import { describe, expect, onTestFinished, test } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { byTarget, refusal, throttle } from "../platforms/aws/fault-proxy.ts";
import { SeededRandomness } from "../simulation/virtual-clock.ts";
import { queuePrefix, workQueues } from "./aws-cloud.ts";
import { type AwsRig, awsRig } from "./aws-rig.ts";
import { exampleOf } from "./clouds.ts";
import { expectFour, submitFour } from "./four-deployments.ts";
import { ended, submitted } from "./rig.ts";

/** What networks and services do to calls, by chance of a seed. Reads and writes of the ledger, sends, events, secrets: all of them. */
function injectFaults({ cloud }: AwsRig, random: SeededRandomness): void {
  const { proxy, sqs, eventBridge } = cloud;
  const often = { times: Number.POSITIVE_INFINITY };
  const sometimes = (share: number, ...operations: readonly string[]) => {
    const isOne = byTarget(...operations);
    return (request: Parameters<typeof isOne>[0]) => isOne(request) && random.fraction() < share;
  };
  const writes = ["PutItem", "DeleteItem"];
  const calls = ["GetItem", "Query", "SendMessageBatch", "PutEvents", "DescribeEventBus", "GetSecretValue"];
  proxy.on(sometimes(0.1, ...writes, ...calls), throttle(), often);
  // The write was done, and nobody hears of it.
  proxy.on(sometimes(0.15, ...writes), { kind: "drop-after" }, often);
  proxy.on(sometimes(0.1, "SendMessageBatch", "PutEvents"), { kind: "drop-after" }, often);
  proxy.on(sometimes(0.05, ...writes, ...calls), { kind: "drop-before" }, often);
  proxy.on(sometimes(0.05, ...writes, ...calls), refusal(500, "InternalServerError"), often);
  sqs.addFault({
    kind: "entries",
    code: "InternalError",
    indexes: [0],
    probability: 0.2,
    operation: "SendMessageBatch",
  });
  eventBridge.addFault({
    kind: "entries",
    code: "InternalFailure",
    indexes: [0],
    probability: 0.2,
    operation: "PutEvents",
  });
}

function messagesLeft({ cloud }: AwsRig): number {
  const all = workQueues.flatMap((queue) => [queue, `${queue}-dead-letters`]);
  return all.reduce((sum, queue) => sum + cloud.sqs.messages(`${queuePrefix}${queue}`).length, 0);
}

describe("calls of AWS that fail", () => {
  test.each([1, 2, 3, 4])(
    "lose and double nothing (seed %i)",
    async (seed) => {
      const random = new SeededRandomness(seed);
      const rig = await awsRig();
      onTestFinished(() => rig.close());
      injectFaults(rig, random);
      const ids = await submitFour(rig);
      for (let cold = 0; cold < 4; cold += 1) {
        await rig.until("some time", async () => random.fraction() < 0.05);
        rig.recycle();
      }
      await expectFour(rig, ids, () => messagesLeft(rig));
      const faults = rig.cloud.proxy.log.filter(({ fault }) => fault !== undefined).length;
      const partly = rig.cloud.proxy.log.filter(({ upstream }) =>
        /"(?:Code|ErrorCode)":"Internal/.test(upstream?.body ?? ""),
      );
      expect(faults).toBeGreaterThan(10);
      expect(partly.length).toBeGreaterThan(1);
    },
    300_000,
  );

  test("that are throttled or never answered are repeated within the invocation", async () => {
    const rig = await awsRig({ requestTimeoutMs: 150 });
    onTestFinished(() => rig.close());
    const hung = ["PutItem", "SendMessageBatch", "PutEvents"].map((operation) =>
      rig.cloud.proxy.on(byTarget(operation), { kind: "hang-after" }, { skip: 1 }),
    );
    const throttled = rig.cloud.proxy.on(byTarget("GetItem"), throttle(), { times: 2, skip: 1 });
    const id = await submitted(rig, exampleOf("requests", "happy.json"));
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    expect(throttled.hits).toBe(2);
    expect(hung.map(({ hits }) => hits)).toEqual([1, 1, 1]);
    // No message had to come again for it.
    expect(rig.source.batches.flatMap(({ receives }) => receives).every((receives) => receives === 1)).toBe(true);
    expect(rig.clouds.sphere.state.acceptedCreates(demoIds.groups.happy)).toBe(1);
  });
});

describe("an operation on AWS", () => {
  test("costs one send for each hop, six writes of its own, and two for its turn", async () => {
    const rig = await awsRig({ sphereMs: 14_000 });
    onTestFinished(() => rig.close());
    const id = await submitted(rig, exampleOf("requests", "happy.json"));
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    const asked = (...names: readonly string[]) =>
      rig.cloud.proxy.log.filter(({ operation }) => names.includes(operation));
    const { batches } = rig.source;
    const polls = batches.filter(({ queue }) => queue === "poll-operation").length;
    const writes = asked("PutItem", "DeleteItem", "UpdateItem");
    const own = writes.filter(({ body }) => body.includes(`"key":{"S":"operation/${id}"}`));
    const [sends, events, reads] = [asked("SendMessageBatch"), asked("PutEvents"), asked("GetItem")];
    console.log(
      `${polls} polls: ${batches.length} invocations, ${sends.length} sends, ${writes.length} writes (${own.length} of the operation), ${reads.length} reads, ${events.length} calls with events`,
    );
    expect(polls).toBeGreaterThanOrEqual(10);
    // The message in the inbox is somebody else's; every other hop is one send.
    expect(sends).toHaveLength(batches.length - 1);
    expect(own.length).toBeLessThanOrEqual(6);
    expect(writes.length).toBeLessThanOrEqual(8);
    expect(events).toHaveLength(3);
  });
});
