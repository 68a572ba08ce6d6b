import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { bodyOf } from "../../lib/contracts/kept-body.ts";
import { limits } from "../../lib/contracts/limits.ts";
import type { DeadLetterRecord } from "../../lib/contracts/operation.ts";
import { type Delivery, deadLetterQueueOf, inboxQueue } from "../../lib/contracts/ports.ts";
import { deliverEventQueue } from "../../lib/contracts/sink.ts";
import { encodeStepMessage } from "../../lib/contracts/step-message.ts";
import { createDeadLetterHandler } from "../../lib/operations/dead-letters.ts";
import { World } from "../simulation/world.ts";

const sentAt = Date.UTC(2026, 10, 20);

type Given = Omit<Delivery, "id" | "sentAt" | "receives">;

async function recorded(delivery: Given, tries = 1) {
  return (await recordedIn(tries, delivery)).events;
}

/** @param tries of each */
async function recordedIn(tries: number, ...deliveries: readonly Given[]) {
  const world = new World({ mode: "cloud" }, () => ({ handlers: {}, sweep: async () => undefined }));
  const handler = createDeadLetterHandler(world.outside, 86_400_000);
  const context = { signal: new AbortController().signal, remainingMs: () => 60_000 };
  for (const delivery of deliveries)
    for (let receives = 1; receives <= tries; receives += 1) {
      expect(await handler({ ...delivery, id: "m-1", sentAt, receives }, context)).toEqual({ kind: "acknowledge" });
      world.clock.advance(60_000);
    }
  const { items } = await world.outside.ledger.listByPrefix("dead-letter/", 10);
  return { events: world.store.events, letters: items.map(({ record }) => record as DeadLetterRecord) };
}

const deflated = (bytes: number) => deflateRawSync("x".repeat(bytes)).toString("base64");

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

test("two messages of one id are two letters with an event each, and one that comes twice is one", async () => {
  const queue = deadLetterQueueOf(inboxQueue);
  const bodies = ["one", "two"];
  const given = bodies.map((body) => ({ queue, body: letterIn(inboxQueue, body) }));
  const { events, letters } = await recordedIn(2, ...given);
  expect(letters.map(({ body }) => body).sort()).toEqual(bodies);
  expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  const elsewhere = { queue: deadLetterQueueOf("start-deployment"), body: letterIn("start-deployment", "one") };
  expect((await recordedIn(1, ...given, elsewhere)).letters).toHaveLength(3);
});

describe("a letter that somebody else has written", () => {
  const forged = (more: object) =>
    JSON.stringify({ v: 1, queue: inboxQueue, id: "a", body: "x", cause: "c", receives: 1, at: 0, ...more });
  const queue = deadLetterQueueOf(inboxQueue);

  test.each([
    ["packed in another way", forged({ packed: true })],
    ["that unpacks to more than a queue carries", forged({ packed: true, body: deflated(2_000_000) })],
  ])("is recorded as what it is, and told of (%s)", async (_, body) => {
    const { events, letters } = await recordedIn(1, { queue, body });
    const cause = expect.stringMatching(/gave it up without a reason/);
    expect(letters).toMatchObject([{ queue: inboxQueue, body, cause, verdict: "needs-decision" }]);
    expect(events).toHaveLength(1);
  });

  test.each([
    ["cause", forged({ cause: "c".repeat(64_000) })],
    ["queue", forged({ queue: "q".repeat(64_000) })],
  ])("fits a record, however long its %s is", async (_, body) => {
    const { events, letters } = await recordedIn(1, { queue, body });
    expect(letters).toHaveLength(1);
    expect(Buffer.byteLength(JSON.stringify(letters[0]))).toBeLessThan(limits.itemBytes);
    expect(events[0]?.data.reason?.length).toBeLessThanOrEqual(limits.reasonLength);
  });

  test("packed as we pack has its body as it was sent", async () => {
    const text = JSON.stringify({ data: 'echo "done"\n'.repeat(4_000) });
    const body = letterIn(inboxQueue, text);
    expect(JSON.parse(body)).toMatchObject({ packed: true });
    const { letters } = await recordedIn(1, { queue, body });
    expect(letters.map(bodyOf)).toEqual([text]);
  });
});
