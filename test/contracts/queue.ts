import { describe, expect, onTestFinished, test } from "vitest";
import type { QueueReceiver, QueueSender, ReceivedDelivery } from "../../lib/contracts/ports.ts";

export interface QueueUnderTest {
  /** Both ends of the same queues, which are empty. */
  readonly sender: QueueSender;
  readonly receiver: QueueReceiver;
  /** Lets time pass for the queue: on a clock of its own, or really. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const queue = "poll-operation";
/** Whole seconds, since some queues know nothing finer. */
const visibilityMs = 2_000;

/** Receives until there is nothing more, as queues answer with a few messages at a time. */
async function drain(receiver: QueueReceiver, from = queue): Promise<ReceivedDelivery[]> {
  const deliveries: ReceivedDelivery[] = [];
  for (;;) {
    const some = await receiver.receive(from, 10, 60_000);
    if (some.length === 0) return deliveries;
    deliveries.push(...some);
  }
}

async function receiveOne(receiver: QueueReceiver): Promise<ReceivedDelivery> {
  const [delivery, ...others] = await receiver.receive(queue, 1, visibilityMs);
  if (!delivery || others.length > 0) throw new Error(`Expected one delivery, got ${others.length}`);
  return delivery;
}

/** What every queue promises, to its two ends. */
export function describeQueue(platform: string, open: () => Promise<QueueUnderTest>): void {
  async function openQueue(): Promise<QueueUnderTest> {
    const opened = await open();
    onTestFinished(() => opened.close());
    return opened;
  }

  describe(`queue on ${platform}`, () => {
    test("delivers what was sent, once, and counts the receive", async () => {
      const { sender, receiver } = await openQueue();
      await sender.send([{ queue, body: "hello" }]);
      const delivery = await receiveOne(receiver);
      expect(delivery).toMatchObject({ queue, body: "hello", receives: 1 });
      expect(delivery.id).not.toBe("");
      expect(delivery.sentAt).toBeGreaterThan(0);
      expect(await receiver.receive(queue, 1, visibilityMs)).toEqual([]);
    });

    test("answers nothing for an empty queue", async () => {
      const { receiver } = await openQueue();
      expect(await receiver.receive(queue, 10, visibilityMs)).toEqual([]);
    });

    test("gives back every character of a body, also of a large one", async () => {
      const { sender, receiver } = await openQueue();
      const bodies = ['{"quoted":"\\" \\\\"}', "\u{1F40E} é \u2028", "<a href='x'>&amp;</a>", "x".repeat(40_000)];
      await sender.send(bodies.map((body) => ({ queue, body })));
      const received = (await drain(receiver)).map((delivery) => delivery.body);
      expect(received.sort()).toEqual([...bodies].sort());
    });

    test("delivers every one of many messages, each with an id of its own", async () => {
      const { sender, receiver } = await openQueue();
      const bodies = Array.from({ length: 57 }, (_, index) => `message ${index}`);
      await sender.send(bodies.map((body) => ({ queue, body })));
      const deliveries = await drain(receiver);
      expect(deliveries.map((delivery) => delivery.body).sort()).toEqual([...bodies].sort());
      expect(new Set(deliveries.map((delivery) => delivery.id)).size).toBe(57);
    });

    test("hands a message to one of several receivers", async () => {
      const { sender, receiver } = await openQueue();
      await sender.send(Array.from({ length: 20 }, (_, index) => ({ queue, body: `message ${index}` })));
      const batches = await Promise.all(Array.from({ length: 5 }, () => receiver.receive(queue, 10, 60_000)));
      const received = [...batches.flat(), ...(await drain(receiver))].map((delivery) => delivery.id);
      expect(received).toHaveLength(20);
      expect(new Set(received).size).toBe(20);
    });

    test("keeps queues apart", async () => {
      const { sender, receiver } = await openQueue();
      await sender.send([
        { queue, body: "one" },
        { queue: "start-deployment", body: "other" },
      ]);
      expect((await drain(receiver)).map((delivery) => delivery.body)).toEqual(["one"]);
      expect((await drain(receiver, "start-deployment")).map((delivery) => delivery.body)).toEqual(["other"]);
    });

    test("delivers no more than asked for", async () => {
      const { sender, receiver } = await openQueue();
      await sender.send(Array.from({ length: 5 }, (_, index) => ({ queue, body: `message ${index}` })));
      expect((await receiver.receive(queue, 3, 60_000)).length).toBeLessThanOrEqual(3);
    });

    test("removes what was acknowledged", async () => {
      const { sender, receiver, advance } = await openQueue();
      await sender.send([{ queue, body: "hello" }]);
      expect(await receiver.acknowledge(await receiveOne(receiver))).toBe(true);
      await advance(visibilityMs + 1_000);
      expect(await receiver.receive(queue, 1, visibilityMs)).toEqual([]);
    });

    test("shows a message again when its visibility timeout is over, and counts on", async () => {
      const { sender, receiver, advance } = await openQueue();
      await sender.send([{ queue, body: "hello" }]);
      const first = await receiveOne(receiver);
      await advance(visibilityMs + 1_000);
      const second = await receiveOne(receiver);
      expect(second).toMatchObject({ id: first.id, body: "hello", receives: 2, sentAt: first.sentAt });
      expect(second.receipt).not.toBe(first.receipt);
    });

    test("takes no settlement with the receipt of an earlier delivery", async () => {
      const { sender, receiver, advance } = await openQueue();
      await sender.send([{ queue, body: "hello" }]);
      const first = await receiveOne(receiver);
      await advance(visibilityMs + 1_000);
      const second = await receiveOne(receiver);
      expect(await receiver.acknowledge(first)).toBe(false);
      expect(await receiver.release(first, 0)).toBe(false);
      expect(await receiver.acknowledge(second)).toBe(true);
      expect(await receiver.acknowledge(second)).toBe(false);
    });

    test("shows a released message again at once, and counts on", async () => {
      const { sender, receiver } = await openQueue();
      await sender.send([{ queue, body: "hello" }]);
      const first = await receiveOne(receiver);
      expect(await receiver.release(first, 0)).toBe(true);
      expect(await receiveOne(receiver)).toMatchObject({ id: first.id, receives: 2 });
    });

    test("shows a message released with a delay when that is over", async () => {
      const { sender, receiver, advance } = await openQueue();
      await sender.send([{ queue, body: "hello" }]);
      expect(await receiver.release(await receiveOne(receiver), 3_000)).toBe(true);
      expect(await receiver.receive(queue, 1, visibilityMs)).toEqual([]);
      await advance(4_000);
      expect(await receiveOne(receiver)).toMatchObject({ receives: 2 });
    });

    test("delivers a delayed message when its time has come, and others before it", async () => {
      const { sender, receiver, advance } = await openQueue();
      await sender.send([
        { queue, body: "later", delayMs: 3_000 },
        { queue, body: "now", delayMs: 0 },
      ]);
      expect((await drain(receiver)).map((delivery) => delivery.body)).toEqual(["now"]);
      await advance(4_000);
      expect((await drain(receiver)).map((delivery) => delivery.body)).toEqual(["later"]);
    });

    test("takes the longest delay it names", async () => {
      const { sender, receiver } = await openQueue();
      expect(sender.maxDelayMs).toBeGreaterThanOrEqual(60_000);
      await sender.send([{ queue, body: "much later", delayMs: sender.maxDelayMs }]);
      expect(await receiver.receive(queue, 1, visibilityMs)).toEqual([]);
    });

    test("sends nothing when nothing is given", async () => {
      const { sender, receiver } = await openQueue();
      await sender.send([]);
      expect(await drain(receiver)).toEqual([]);
    });
  });
}
