import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { decodeDeadLetter } from "../../../lib/contracts/dead-letter.ts";
import { deadLetterQueueOf, type MessageHandler, type Settlement } from "../../../lib/contracts/ports.ts";
import type { Group } from "../../../lib/platforms/local/group.ts";
import { openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { backoffMs } from "../../../lib/platforms/local/settler.ts";
import { LocalWorker, type WorkerOptions } from "../../../lib/platforms/local/worker.ts";
import { Writer } from "../../../lib/platforms/local/writer.ts";
import { ManualTime, recordingLog, turns } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const acknowledge: Settlement = { kind: "acknowledge" };
const dead = deadLetterQueueOf("steps");

async function opened() {
  const time = new ManualTime();
  const log = recordingLog();
  const groups: Group[] = [];
  const platform = openLocalPlatform({
    folder: join(await temporaryFolder(), "data"),
    log,
    clock: time,
    timers: time,
    openWriter(database, path) {
      const writer = new Writer(database, path);
      return {
        write(group) {
          groups.push(group);
          writer.write(group);
        },
        flush: (done) => writer.flush(done),
        close: () => writer.close(),
      };
    },
  });
  onTestFinished(async () => void (await platform.close()));
  const workerOf = (handlers: Record<string, MessageHandler>, options: Partial<WorkerOptions> = {}) => {
    const worker = new LocalWorker({ platform, handlers, ...options });
    worker.start();
    return worker;
  };
  const send = (...bodies: string[]) => platform.queue.send(bodies.map((body) => ({ queue: "steps", body })));
  const letters = async () => (await platform.queue.receive(dead, 100, 1)).map(({ body }) => decodeDeadLetter(body));
  return { time, log, platform, groups, workerOf, send, letters };
}

/** A handler that a test lets go. */
function gate() {
  const waiting: (() => void)[] = [];
  let most = 0;
  const pass = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      most = Math.max(most, waiting.length);
    });
  return {
    pass,
    get waiting() {
      return waiting.length;
    },
    get most() {
      return most;
    },
    open: (count = 1) => {
      for (const resolve of waiting.splice(0, count)) resolve();
    },
  };
}

describe("the worker", () => {
  test("gives each message to the handler of its queue and removes what is acknowledged", async () => {
    const { platform, workerOf, send } = await opened();
    const handled: string[] = [];
    const handler =
      (name: string): MessageHandler =>
      async ({ body, receives }) => {
        handled.push(`${name} ${body} ${receives}`);
        return acknowledge;
      };
    const worker = workerOf({ steps: handler("steps"), other: handler("other") });
    await send("a", "b");
    await platform.queue.send([
      { queue: "other", body: "c" },
      { queue: "nobody's", body: "d" },
    ]);
    await worker.idle();
    expect(handled.sort()).toEqual(["other c 1", "steps a 1", "steps b 1"]);
    expect(platform.queue.nextReadyAt("steps")).toBeUndefined();
    expect(platform.queue.nextReadyAt("nobody's")).toBeDefined();
    await worker.stop();
  });

  test("handles what handlers send within the same group", async () => {
    const { platform, workerOf, send, groups } = await opened();
    const worker = workerOf({
      async steps({ body }) {
        if (Number(body) > 0) await send(String(Number(body) - 1));
        return acknowledge;
      },
    });
    await send("20");
    await worker.idle();
    await platform.commitNow();
    expect(groups.flatMap((group) => group.messages)).toEqual([]);
    await worker.stop();
  });

  test("handles no more than so many messages at a time, all queues together", async () => {
    const { platform, workerOf, send } = await opened();
    const door = gate();
    const handler: MessageHandler = async () => {
      await door.pass();
      return acknowledge;
    };
    const worker = workerOf({ steps: handler, other: handler }, { concurrency: 5 });
    await send(..."abcdefgh");
    await platform.queue.send([..."ijkl"].map((body) => ({ queue: "other", body })));
    await turns(3);
    expect(door.waiting).toBe(5);
    expect(worker.running).toBe(5);
    for (let round = 0; round < 20; round += 1) {
      door.open();
      await turns(2);
    }
    expect(door.most).toBe(5);
    await worker.idle();
    expect(worker.running).toBe(0);
    await worker.stop();
  });

  test("takes turns between queues, however full one of them is", async () => {
    const { platform, workerOf } = await opened();
    const order: string[] = [];
    const handler =
      (name: string): MessageHandler =>
      async () => {
        order.push(name);
        return acknowledge;
      };
    const bodies = Array.from({ length: 500 }, (_, index) => String(index));
    await platform.queue.send(bodies.map((body) => ({ queue: "full", body })));
    await platform.queue.send(bodies.slice(0, 10).map((body) => ({ queue: "small", body })));
    const worker = workerOf({ full: handler("full"), small: handler("small") }, { concurrency: 4 });
    await worker.idle();
    expect(order).toHaveLength(510);
    expect(order.lastIndexOf("small")).toBeLessThan(40);
    await worker.stop();
  });

  test("lets the event loop turn while there is always more to do", async () => {
    const { platform, workerOf, send } = await opened();
    let handled = 0;
    const worker = workerOf({
      async steps() {
        handled += 1;
        await send("more");
        return acknowledge;
      },
    });
    await send("first");
    await turns(10);
    expect(handled).toBeGreaterThan(10);
    expect(handled).toBeLessThan(10_000);
    expect(await worker.stop()).toBe(0);
    expect(platform.queue.nextReadyAt("steps")).toBeDefined();
  });

  test("wakes up for a delayed message when its time has come, with one timer", async () => {
    const { time, platform, workerOf } = await opened();
    const handled: string[] = [];
    const worker = workerOf({
      async steps({ body }) {
        handled.push(body);
        return acknowledge;
      },
    });
    for (const delayMs of [60_000, 30_000, 90_000, 7 * 86_400_000]) {
      await platform.queue.send([{ queue: "steps", body: String(delayMs), delayMs }]);
    }
    await turns(2);
    await time.advance(29_999);
    expect(handled).toEqual([]);
    expect(time.waiting.filter((ms) => ms <= 60_000)).toHaveLength(1);
    await time.advance(1);
    expect(handled).toEqual(["30000"]);
    await time.advance(60_000);
    expect(handled).toEqual(["30000", "60000", "90000"]);
    await time.advance(7 * 86_400_000);
    expect(handled).toHaveLength(4);
    await worker.stop();
  });
});

describe("settlements", () => {
  test("show a released message again after its delay", async () => {
    const { time, workerOf, send } = await opened();
    const receives: number[] = [];
    const worker = workerOf({
      async steps(delivery) {
        receives.push(delivery.receives);
        return delivery.receives < 3 ? { kind: "release", delayMs: 5_000, cause: "not yet" } : acknowledge;
      },
    });
    await send("x");
    await turns(2);
    await time.advance(4_999);
    expect(receives).toEqual([1]);
    await time.advance(1);
    expect(receives).toEqual([1, 2]);
    await time.advance(5_000);
    expect(receives).toEqual([1, 2, 3]);
    await worker.stop();
  });

  test("make a dead letter of a message that is released at the receive limit", async () => {
    const { time, workerOf, send, letters } = await opened();
    const worker = workerOf({ steps: async () => ({ kind: "release", delayMs: 10, cause: "never ready" }) });
    await send("x");
    await time.advance(1_000);
    expect(await letters()).toEqual([
      {
        v: 1,
        queue: "steps",
        id: expect.any(String),
        body: "x",
        cause: "never ready",
        receives: 5,
        at: expect.any(Number),
      },
    ]);
    await worker.stop();
  });

  test("make a dead letter at once when the handler says so, in one group with the removal", async () => {
    const { platform, workerOf, send, letters, groups } = await opened();
    await send("x");
    await platform.commitNow();
    const worker = workerOf({ steps: async () => ({ kind: "dead-letter", cause: "unreadable" }) }, { receiveLimit: 2 });
    await worker.idle();
    await worker.stop();
    const moved = groups.filter((group) => group.removedMessages.length > 0);
    expect(moved).toHaveLength(1);
    expect(moved[0]?.messages.map(([, queue]) => queue)).toEqual([dead]);
    expect(await letters()).toMatchObject([{ body: "x", cause: "unreadable", receives: 1 }]);
  });

  test("try a message again with growing delays when its handler throws, up to the limit", async () => {
    const { time, log, workerOf, send, letters } = await opened();
    const at: number[] = [];
    const start = time.now();
    const worker = workerOf({
      async steps() {
        at.push(time.now() - start);
        throw new Error("broken");
      },
    });
    await send("x");
    await time.advance(600_000);
    expect(at).toEqual([0, 2_000, 6_000, 14_000, 30_000]);
    expect(await letters()).toMatchObject([{ cause: "broken", receives: 5 }]);
    expect(log.lines.filter((line) => line === "warn: a message could not be handled")).toHaveLength(5);
    expect(log.lines.filter((line) => line === "error: a message became a dead letter")).toHaveLength(1);
    await worker.stop();
  });

  test("never grow beyond five minutes", () => {
    expect([1, 2, 8, 9, 50].map(backoffMs)).toEqual([2_000, 4_000, 256_000, 300_000, 300_000]);
  });

  test("release a failing message of a dead-letter queue with growing delay and never drop it", async () => {
    const { time, platform, workerOf } = await opened();
    const at: number[] = [];
    const start = time.now();
    let settlement: Settlement = { kind: "release", delayMs: 10, cause: "not yet" };
    const worker = workerOf({
      async [dead]() {
        at.push(time.now() - start);
        if (at.length === 7) settlement = { kind: "dead-letter", cause: "hopeless" };
        if (at.length === 8) throw new Error("broken");
        return at.length < 10 ? settlement : acknowledge;
      },
    });
    await platform.queue.send([{ queue: dead, body: "a bare message" }]);
    await time.advance(3_600_000);
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300].map((seconds) => seconds * 1_000));
    expect(platform.queue.nextReadyAt(dead)).toBeUndefined();
    expect(platform.queue.nextReadyAt(deadLetterQueueOf(dead))).toBeUndefined();
    await worker.stop();
  });

  test("leave a message where it is when they make no sense, and say so", async () => {
    const { time, log, workerOf, send, platform } = await opened();
    const worker = workerOf({ steps: async () => ({ kind: "release", delayMs: Number.NaN, cause: "defect" }) });
    await send("x");
    await turns(3);
    expect(log.lines).toContain("error: cannot settle a message");
    expect(platform.queue.nextReadyAt("steps")).toBeGreaterThan(time.now() + 60_000);
    await worker.stop();
  });
});

describe("the time limit of a delivery", () => {
  test("aborts the signal, and the late settlement still counts within the grace", async () => {
    const { time, platform, workerOf, send } = await opened();
    const left: number[] = [];
    const worker = workerOf({
      steps: (_, { signal, remainingMs }) =>
        new Promise((resolve) => {
          left.push(remainingMs());
          signal.addEventListener("abort", () => {
            left.push(remainingMs());
            resolve(acknowledge);
          });
        }),
    });
    await send("slow");
    await time.advance(59_000);
    expect(left).toEqual([60_000]);
    await time.advance(1_000);
    expect(left).toEqual([60_000, 0]);
    await worker.idle();
    expect(platform.queue.nextReadyAt("steps")).toBeUndefined();
    await worker.stop();
  });

  test("gives the message up when the handler does not come back, and ignores what it says later", async () => {
    const { time, log, platform, workerOf, send } = await opened();
    const door = gate();
    const receives: number[] = [];
    const worker = workerOf(
      {
        async steps(delivery) {
          receives.push(delivery.receives);
          if (delivery.receives === 1) await door.pass();
          return { kind: "acknowledge" };
        },
      },
      { limitMs: 10_000, graceMs: 5_000, concurrency: 1 },
    );
    await send("stuck");
    await time.advance(14_000);
    expect(worker.running).toBe(1);
    await time.advance(1_000);
    expect(worker.running).toBe(0);
    expect(log.fields.at(-1)?.["cause"]).toBe("the handler did not end within 15000 ms");
    door.open();
    await turns(3);
    // Still there: the late acknowledgement was not one.
    expect(platform.queue.nextReadyAt("steps")).toBe(time.now() + 2_000);
    await time.advance(2_000);
    expect(receives).toEqual([1, 2]);
    await worker.stop();
  });

  test("is aborted for a handler that asks for its signal only afterwards", async () => {
    const { time, workerOf, send } = await opened();
    const door = gate();
    const seen: boolean[] = [];
    const worker = workerOf({
      async steps(_, context) {
        await door.pass();
        seen.push(context.signal.aborted);
        return acknowledge;
      },
    });
    await send("slow");
    await time.advance(61_000);
    door.open();
    await turns(2);
    expect(seen).toEqual([true]);
    await worker.stop();
  });

  test("costs one timer for all deliveries, beside the one that wakes the worker", async () => {
    const { time, workerOf, send } = await opened();
    const door = gate();
    const worker = workerOf({
      async steps() {
        await door.pass();
        return acknowledge;
      },
    });
    await send(...Array.from({ length: 50 }, (_, index) => String(index)));
    await time.advance(500);
    expect(door.waiting).toBe(50);
    expect(time.waiting).toHaveLength(2);
    door.open(50);
    await worker.idle();
    await worker.stop();
  });
});

describe("stopping the worker", () => {
  test("takes nothing new, waits for what is running, and stores it", async () => {
    const { platform, workerOf, send, groups } = await opened();
    const door = gate();
    const worker = workerOf(
      {
        async steps() {
          await door.pass();
          return acknowledge;
        },
      },
      { concurrency: 2 },
    );
    await send("a", "b", "c");
    await platform.commitNow();
    await turns(2);
    let left: number | undefined;
    const stopped = worker.stop().then((count) => {
      left = count;
    });
    await turns(3);
    expect(left).toBeUndefined();
    door.open(2);
    await stopped;
    expect(left).toBe(0);
    expect(groups.flatMap((group) => group.removedMessages)).toHaveLength(2);
    expect(door.waiting).toBe(0);
    expect(platform.queue.nextReadyAt("steps")).toBeDefined();
  });

  test("ends at its bound: signals are aborted, messages stay, late settlements are ignored", async () => {
    const { time, platform, workerOf, send } = await opened();
    const door = gate();
    let aborted = false;
    const worker = workerOf({
      async steps(_, { signal }) {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
        await door.pass();
        return acknowledge;
      },
    });
    await send("stuck");
    await turns(3);
    const stopped = worker.stop(3_000);
    await time.advance(3_000);
    expect(await stopped).toBe(1);
    expect(aborted).toBe(true);
    door.open();
    await turns(3);
    expect(platform.queue.held).toBe(1);
    expect(time.waiting).toEqual([]);
  });

  test("can be followed by another start, which wakes up and keeps time limits as the first one did", async () => {
    const { time, platform, workerOf, send } = await opened();
    const seen: string[] = [];
    const worker = workerOf({
      steps: ({ body }, { signal }) =>
        new Promise((resolve) => {
          seen.push(body);
          if (body !== "slow") resolve(acknowledge);
          signal.addEventListener("abort", () => {
            seen.push("aborted");
            resolve(acknowledge);
          });
        }),
    });
    await send("quick");
    await platform.queue.send([{ queue: "steps", body: "later", delayMs: 10_000 }]);
    await time.advance(100);
    expect(await worker.stop()).toBe(0);
    worker.start();
    await send("slow");
    await time.advance(10_000);
    expect(seen).toEqual(["quick", "slow", "later"]);
    await time.advance(60_000);
    expect(seen).toEqual(["quick", "slow", "later", "aborted"]);
    await worker.stop();
  });

  test("leaves no timer behind, and can be done twice", async () => {
    const { time, platform, workerOf } = await opened();
    const worker = workerOf({ steps: async () => acknowledge });
    await platform.queue.send([{ queue: "steps", body: "later", delayMs: 60_000 }]);
    await time.advance(100);
    expect(await worker.stop()).toBe(0);
    expect(await worker.stop()).toBe(0);
    expect(time.waiting).toEqual([]);
  });
});
