import { expect, test } from "vitest";
import { encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { type Delivery, deadLetterQueueOf, inboxQueue } from "../../lib/contracts/ports.ts";
import { deliverEventQueue } from "../../lib/contracts/sink.ts";
import { encodeStepMessage } from "../../lib/contracts/step-message.ts";
import { createDeadLetterHandler } from "../../lib/operations/dead-letters.ts";
import { World } from "../simulation/world.ts";

const sentAt = Date.UTC(2026, 10, 20);

async function recorded(delivery: Omit<Delivery, "id" | "sentAt" | "receives">, tries = 1) {
  const world = new World({ mode: "cloud" }, () => ({ handlers: {}, sweep: async () => undefined }));
  const handler = createDeadLetterHandler(world.outside, 86_400_000);
  const context = { signal: new AbortController().signal, remainingMs: () => 60_000 };
  for (let receives = 1; receives <= tries; receives += 1) {
    await handler({ ...delivery, id: "m-1", sentAt, receives }, context);
    world.clock.advance(60_000);
  }
  return world.store.events;
}

const letterIn = (queue: string, body: string) =>
  encodeDeadLetter({ queue, id: "m-1", cause: "Expected JSON, got text", receives: 5, at: 0, body });

test("what came to the inbox and could not be read is told of, and a repeat is the same event to the byte", async () => {
  const [first, second, ...others] = await recorded(
    { queue: deadLetterQueueOf(inboxQueue), body: letterIn(inboxQueue, "hello") },
    2,
  );
  expect(first).toMatchObject({
    type: "drover.operation.attention",
    subject: expect.stringMatching(/^dead-letter-[0-9a-f]{26}$/),
    time: "2026-11-20T00:00:00.000Z",
    data: {
      code: "dead-letter",
      reason: "A message of queue inbox was given up: Expected JSON, got text",
      next: `drover dead-letters show ${first?.subject.replace("dead-letter-", "")}`,
    },
  });
  expect(second).toEqual(first);
  expect(others).toEqual([]);
});

test("what the host gave up by itself is told of, with what is known", async () => {
  const [event, again] = await recorded({ queue: deadLetterQueueOf("start-deployment"), body: "{broken" }, 2);
  expect(event?.data.reason).toMatch(/^A message of queue start-deployment was given up: The platform gave it up/);
  expect(again).toEqual(event);
});

test("an event that a sink does not take makes no other event", async () => {
  const queue = deadLetterQueueOf(deliverEventQueue);
  expect(await recorded({ queue, body: letterIn(deliverEventQueue, "{}") })).toEqual([]);
});

test("a message whose operation has gone on is listed alone", async () => {
  const step = encodeStepMessage({
    v: 1,
    operation: "a".repeat(52),
    step: "poll-operation",
    seq: 3,
    n: 0,
    attempt: 0,
    deadline: sentAt,
  });
  expect(
    await recorded({ queue: deadLetterQueueOf("poll-operation"), body: letterIn("poll-operation", step) }),
  ).toEqual([]);
});
