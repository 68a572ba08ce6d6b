import { describe, expect, test } from "vitest";
import type { Delivery, HandlerContext, Settlement } from "../../../lib/contracts/ports.ts";
import { abortMarginMs, answerMarginMs } from "../../../lib/platforms/time-guard.ts";
import { turns } from "../local/manual-time.ts";
import { byTarget, refusal } from "./fault-proxy.ts";
import { lambdaWorld, timeoutMs } from "./lambda-world.ts";

const acknowledge: Settlement = { kind: "acknowledge" };
const deadLetter: Settlement = { kind: "dead-letter", cause: "Expected a step message, got other text" };

/** Does what the body says. */
async function obey({ body }: Delivery): Promise<Settlement> {
  const [what = "", number = "0"] = body.split(" ");
  if (what === "throw") throw new Error("a defect");
  if (what === "release") return { kind: "release", delayMs: Number(number), cause: "later" };
  return what === "dead" ? deadLetter : acknowledge;
}

describe("a batch of messages", () => {
  test("is settled item by item, and none fails for another", async () => {
    const world = await lambdaWorld(obey);
    const records = await world.records(["fine", "throw", "release 42000", "dead", "fine too"]);
    const failed = await world.invoke(records);
    const bodies = records.filter(({ messageId }) => failed.includes(messageId)).map(({ body }) => body);
    expect(bodies).toEqual(["throw", "release 42000"]);
    expect(world.visibleIn()).toMatchObject({ throw: 2, "release 42000": 42, fine: 180, dead: 180 });
    expect(world.letters()).toMatchObject([
      { queue: "poll-operation", body: "dead", receives: 1, cause: deadLetter.cause, at: world.clock.now() },
    ]);
    expect(world.letters()[0]?.id).toBe(records[3]?.messageId);
  });

  test("is begun at once, all of it", async () => {
    let running = 0;
    let most = 0;
    const world = await lambdaWorld(async () => {
      running += 1;
      most = Math.max(most, running);
      await turns(2);
      running -= 1;
      return acknowledge;
    });
    await world.invoke(await world.records(Array.from({ length: 10 }, (_, index) => `${index}`)));
    expect(most).toBe(10);
  });

  test("tells each handler what SQS says of its message", async () => {
    const seen: Delivery[] = [];
    const world = await lambdaWorld(async (delivery) => {
      seen.push(delivery);
      return acknowledge;
    });
    const sentAt = world.clock.now();
    const [record] = await world.records(["one"], 3);
    await world.invoke(record ? [record] : []);
    expect(seen).toMatchObject([{ queue: "poll-operation", id: record?.messageId, body: "one", receives: 3, sentAt }]);
  });

  test("gives up at the last try what is to come again, with the cause that it has", async () => {
    const world = await lambdaWorld(obey);
    expect(await world.invoke(await world.records(["throw", "release 1000"], 5))).toEqual([]);
    expect(world.letters().map(({ body, cause, receives }) => [body, cause, receives])).toEqual([
      ["throw", "a defect", 5],
      ["release 1000", "later", 5],
    ]);
  });

  test("keeps a message whose dead letter cannot be sent", async () => {
    const world = await lambdaWorld(obey);
    const [record] = await world.records(["dead"]);
    world.proxy.on(byTarget("SendMessageBatch"), refusal(500, "InternalFailure"), { times: 3 });
    expect(await world.invoke(record ? [record] : [])).toEqual([record?.messageId]);
    expect([world.letters(), world.visibleIn()]).toEqual([[], { dead: 180 }]);
    expect(await world.invoke(record ? [record] : [])).toEqual([]);
    expect(world.letters()).toHaveLength(1);
  });

  test("reports a message as failed also when its time cannot be set", async () => {
    const world = await lambdaWorld(obey);
    const [record] = await world.records(["release 1000"]);
    world.proxy.on(byTarget("ChangeMessageVisibility"), refusal(403, "AccessDenied"), { times: 3 });
    expect(await world.invoke(record ? [record] : [])).toEqual([record?.messageId]);
    expect(world.visibleIn()).toEqual({ "release 1000": 180 });
  });

  test("makes a dead letter of a record that is none, and handles its neighbours", async () => {
    const world = await lambdaWorld(obey);
    const [fine, broken] = await world.records(["fine", "release 1000"]);
    if (!fine || !broken) throw new Error("Expected two records");
    const { body: _lost, ...bodiless } = broken;
    const { attributes: _none, ...plain } = fine;
    expect(await world.invoke([bodiless, plain, fine])).toEqual([]);
    expect(world.letters()).toMatchObject([
      { id: broken.messageId, cause: expect.stringContaining("a record of SQS") },
    ]);
  });

  test("waits longer before each try of what nobody can handle, and never for more than five minutes", async () => {
    const world = await lambdaWorld(obey, "poll-operation-dead-letters");
    const waits: unknown[] = [];
    for (const receives of [1, 2, 4, 9, 30]) {
      await world.invoke(await world.records(["throw"], receives));
      waits.push(world.visibleIn()["throw"]);
      world.clock.advance(300_000);
    }
    expect(waits).toEqual([2, 4, 16, 300, 300]);
  });

  test("never leaves a dead-letter queue without having been recorded", async () => {
    const world = await lambdaWorld(async () => deadLetter, "poll-operation-dead-letters");
    const [record] = await world.records(["anything"], 9);
    expect(await world.invoke(record ? [record] : [])).toEqual([record?.messageId]);
    expect(world.proxy.log.map(({ operation }) => operation)).toEqual(["ChangeMessageVisibility"]);
  });
});

describe("the time of a function", () => {
  test("aborts a handler before it is over, and reports what comes back then", async () => {
    const seen: { aborted: boolean; leftMs: number }[] = [];
    const world = await lambdaWorld(async (_, { signal, remainingMs }: HandlerContext) => {
      seen.push({ aborted: signal.aborted, leftMs: remainingMs() });
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      seen.push({ aborted: signal.aborted, leftMs: remainingMs() });
      return { kind: "release", delayMs: 3_000, cause: "no time" };
    });
    const records = await world.records(["slow"]);
    const invoked = world.invoke(records);
    await turns(3);
    world.clock.advance(timeoutMs - abortMarginMs - 1);
    await turns(3);
    expect(seen).toEqual([{ aborted: false, leftMs: timeoutMs - abortMarginMs }]);
    world.clock.advance(1);
    expect(await invoked).toEqual([records[0]?.messageId]);
    expect(seen[1]).toEqual({ aborted: true, leftMs: 0 });
    expect(world.visibleIn()).toEqual({ slow: 3 });
  });

  test("gives up a handler that does not come back, and still reports the others", async () => {
    const world = await lambdaWorld(async (delivery) =>
      delivery.body === "stuck" ? new Promise<Settlement>(() => undefined) : obey(delivery),
    );
    const records = await world.records(["fine", "stuck"]);
    const invoked = world.invoke(records);
    await turns(3);
    world.clock.advance(timeoutMs - answerMarginMs);
    expect(await invoked).toEqual([records[1]?.messageId]);
    expect(world.logs()).toMatchObject([
      {
        level: "warn",
        queue: "poll-operation",
        requestId: "request-1",
        cause: expect.stringContaining("time was over"),
      },
    ]);
  });

  test("begins nothing when it is too short, and that is no try of the message", async () => {
    const handled: string[] = [];
    const world = await lambdaWorld(async ({ body }) => {
      handled.push(body);
      return acknowledge;
    });
    const records = await world.records(["one", "two"], 5);
    expect(await world.invoke(records, abortMarginMs - 1)).toHaveLength(2);
    expect([handled, world.letters(), world.visibleIn()]).toEqual([[], [], { one: 0, two: 0 }]);
  });

  test("leaves no timer behind", async () => {
    const world = await lambdaWorld(obey);
    await world.invoke(await world.records(["fine"]));
    expect(world.clock.nextTimerIn()).toBeUndefined();
  });
});

describe("an invocation", () => {
  test("fails as a whole where its queue is none of ours, and says so without what was sent", async () => {
    const world = await lambdaWorld(obey);
    const [record] = await world.records(["canary"]);
    const foreign = { ...record, eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:other" };
    await expect(world.invoke([foreign])).rejects.toThrow(/DROVER_QUEUE_URL_PREFIX/);
    expect(world.logs()).toMatchObject([{ level: "error", message: "the invocation failed", requestId: "request-1" }]);
    expect(world.lines.join()).not.toContain("canary");
    expect(world.clock.nextTimerIn()).toBeUndefined();
  });
});
