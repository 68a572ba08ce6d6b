import { setImmediate } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { MessageHandler, ReceivedDelivery, Settlement } from "../../../lib/contracts/ports.ts";
import { deliveryOf } from "../../../lib/platforms/azure/functions/delivery.ts";
import { closedRetryMs, queueFunctionMs, suspectAfter } from "../../../lib/platforms/azure/functions/receive.ts";
import { maxDelayMs } from "../../../lib/platforms/azure/messages.ts";
import { answerMarginMs } from "../../../lib/platforms/time-guard.ts";
import { SeededRandomness } from "../../simulation/virtual-clock.ts";
import { busy } from "./faults.ts";
import { functionWorld, hostId, itemOf } from "./functions-world.ts";

const acknowledge: Settlement = { kind: "acknowledge" };
const insertionTime = "2026-11-20T23:59:30+00:00";
const sentAt = Date.parse(insertionTime);
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** What is read of a message, as the host gives it: its members stand over the host's own words. */
function read(item: unknown, metadata: Readonly<Record<string, unknown>> = {}) {
  const host = { id: hostId, dequeueCount: 1, insertionTime, ...metadata };
  const members = typeof item === "object" && item !== null && !Array.isArray(item) ? item : {};
  return deliveryOf({ queue: "inbox", item, invocation: { triggerMetadata: { ...host, ...members } } });
}

/** Handles everything, and remembers it. */
async function recordingWorld(queue?: string) {
  const seen: ReceivedDelivery[] = [];
  const handler: MessageHandler = async (delivery) => {
    seen.push(delivery as ReceivedDelivery);
    return acknowledge;
  };
  return Object.assign(await functionWorld(handler, queue), { seen });
}

const noise = (length: number) => {
  const random = new SeededRandomness(3);
  return Array.from({ length }, () => String.fromCharCode(33 + random.below(90))).join("");
};

describe("JSON that cannot be written again", () => {
  const deep = /nested at most 32 deep, got a deeper one/;
  const number = /numbers up to 1.7e308, got a greater one/;
  test.each([
    ["33 deep", nested(33), deep],
    ["some ten thousand deep", nested(10_000), deep],
    ["lists, some thousand deep", "[".repeat(5_000) + "]".repeat(5_000), deep],
    ["a number beyond all", '{"n":1e400}', number],
    ["one below all", "[-1e400]", number],
  ])("has a flaw and a text of its own (%s)", (_, text, flaw) => {
    const { delivery, flaw: found } = read(itemOf(text));
    expect([delivery.body, delivery.receives, delivery.sentAt]).toEqual([
      "a message of JSON that cannot be written again",
      1,
      sentAt,
    ]);
    expect(found).toMatch(flaw);
  });

  test.each([
    ["32 deep", nested(32)],
    ["the greatest number", '{"n":1.7976931348623157e+308}'],
    ["a key that is nobody's prototype", '{"__proto__":{"id":"x"}}'],
    ["half a letter", '{"half":"\\ud800"}'],
  ])("is not what can be (%s)", (_, text) => {
    const { delivery, flaw } = read(itemOf(text));
    expect([delivery.body, flaw]).toEqual([text, undefined]);
  });

  test("has an id by all that stands in it, when it hides the host's: two of one second are two letters", () => {
    const idOf = (text: string) => read(itemOf(text)).delivery.id;
    const texts = [
      '{"id":"1","n":1e400}',
      '{"id":"2","n":1e400}',
      '{"id":"1","m":1e400}',
      `{"id":"1","n":${nested(9_000)}}`,
      `{"id":"1","n":${nested(9_001)}}`,
    ];
    const ids = texts.map(idOf);
    expect(new Set(ids).size).toBe(texts.length);
    expect(texts.map(idOf)).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(idOf("[1e400]")).toBe(hostId);
  });

  test("is given up at once, also while nobody can open its function, which never sees it", async () => {
    const world = await recordingWorld();
    world.opensWith(async () => Promise.reject(new Error("Expected a configuration, got none")));
    await world.invoke(itemOf('{"id":"1","n":1e400}'), { dequeueCount: suspectAfter + 1 });
    expect([world.seen, world.sent()]).toEqual([[], []]);
    expect(world.letters()).toMatchObject([{ receives: 1, cause: expect.stringMatching(number) }]);
  });

  test("never leaves a queue of dead letters unrecorded", async () => {
    const world = await recordingWorld("poll-operation-dead-letters");
    await world.invoke(itemOf(nested(9_000)));
    expect(world.sent().map(({ seconds }) => seconds)).toEqual([2]);
    await world.next();
    expect([world.seen.map(({ receives }) => receives), world.sent()]).toEqual([[2], []]);
  });
});

describe("the host's own words", () => {
  const ours = { v: 1, id: "a", tries: 2, sentAt: 1, last: true };
  test.each<[what: string, item: unknown]>([
    ["a text", "plain"],
    ["a list", [1]],
    ["an object without them", { a: 1 }],
    ["a copy", { again: ours, body: "x" }],
  ])("are believed of %s", (_, item) => {
    const { dequeues, isCountHidden } = read(item, { dequeueCount: "7" });
    expect([dequeues, isCountHidden]).toEqual([7, false]);
  });

  test.each<[what: string, item: unknown, isCountHidden: boolean]>([
    ["an object with a count", { DEQUEUECOUNT: 5 }, true],
    ["a copy with a count", { again: ours, body: "x", dequeueCount: 5 }, false],
    ["a text that is JSON for the host alone", "{'dequeueCount':'999'}", false],
    ["the same, with white space around it", "\n {'dequeueCount':'999'} \t", false],
  ])("are not believed of %s", (_, item, isCountHidden) => {
    const found = read(item, { dequeueCount: 999 });
    expect([found.dequeues, found.isCountHidden]).toEqual([1, isCountHidden]);
  });

  test.each([[0], [-1], [1.5], ["many"], [Number.NaN], [undefined]])("count from one (%s)", (dequeueCount) => {
    expect(read("x", { dequeueCount }).dequeues).toBe(1);
  });

  test.each([["not a time"], [undefined], ["1969-01-01T00:00:00Z"]])("have no time but one (%s)", (time) => {
    expect(read("x", { insertionTime: time }).delivery.sentAt).toBe(0);
  });

  test("have an id only where that is a UUID", () => {
    for (const id of ["forged", `${hostId}/../x`, 5, undefined])
      expect(read("x", { id }).delivery.id).toMatch(/^[0-9a-f]{32}$/);
    expect(read("x", { id: hostId.toUpperCase() }).delivery.id).toBe(hostId.toUpperCase());
  });

  test("have an id that no member stands for, but what was sent and when", () => {
    const forged = { id: hostId.replace("1", "2") };
    const idAt = (time: string) => read(forged, { insertionTime: time }).delivery.id;
    expect(idAt(insertionTime)).toMatch(/^[0-9a-f]{32}$/);
    expect(idAt(insertionTime)).toBe(idAt(insertionTime));
    expect(idAt("2026-11-20T23:59:31+00:00")).not.toBe(idAt(insertionTime));
  });

  test("of a time after the year 9999, which no event can say, are not taken out of a copy", () => {
    const at = (time: number) => read({ again: { ...ours, sentAt: time }, body: "x" }).delivery.sentAt;
    expect(at(Date.UTC(9999, 11, 31, 23, 59, 59, 999))).toBe(253_402_300_799_999);
    expect(at(Date.UTC(9999, 11, 31, 23, 59, 59, 999) + 1)).toBe(sentAt);
  });
});

describe("a message that may end every process", () => {
  test("is handled where it is when it cannot be set apart, and the log says so", async () => {
    const world = await recordingWorld();
    world.proxy.on(() => true, busy, { times: 3 });
    await world.invoke("fatal", { dequeueCount: suspectAfter + 1 });
    expect([world.seen.length, world.sent()]).toEqual([1, []]);
    expect(world.logs()).toMatchObject([{ level: "warn", message: "a message could not be set apart" }]);
  });

  test("is handled where it is when no copy has room for it", async () => {
    const world = await recordingWorld();
    await world.invoke(noise(64 * 1024 - 9), { dequeueCount: suspectAfter + 1 });
    expect([world.seen.length, world.sent()]).toEqual([1, []]);
  });

  test("is given up only as a copy that says so: any other is tried, however it comes", async () => {
    const world = await recordingWorld();
    const again = { v: 1, id: "a", tries: 0, sentAt: 1 };
    await world.invoke({ again, body: "x" }, { dequeueCount: suspectAfter });
    await world.invoke({ again: { ...again, last: true }, body: "x" }, { dequeueCount: 1 });
    expect([world.seen.length, world.letters(), world.sent()]).toEqual([2, [], []]);
  });

  test("and hides its count is a copy without another word, also in a queue of dead letters", async () => {
    for (const queue of ["poll-operation", "poll-operation-dead-letters"]) {
      const world = await recordingWorld(queue);
      await world.invoke({ dequeueCount: 5, a: 1 });
      const [copy] = world.sent();
      expect([world.seen, copy?.seconds]).toEqual([[], 0]);
      const { again, body } = JSON.parse(copy?.text ?? "");
      expect(again).toEqual({ v: 1, id: hostId, tries: 0, sentAt });
      expect(body).toBe('{"dequeueCount":5,"a":1}');
      await world.next();
      expect(world.seen.map(({ receives }) => receives)).toEqual([1]);
    }
  });

  test("is not the last any more once its function has come back", async () => {
    const world = await functionWorld(async () => ({ kind: "release", delayMs: 9_000, cause: "later" }));
    const again = { v: 1, id: "a", tries: 3, sentAt: 1, last: true };
    await world.invoke({ again, body: "x" });
    expect(world.sent().map(({ text }) => JSON.parse(text).again)).toEqual([{ v: 1, id: "a", tries: 4, sentAt: 1 }]);
  });
});

test("a function that is not opened in its time waits for its next look, and that was no try", async () => {
  const world = await recordingWorld();
  world.opensWith(() => new Promise(() => undefined));
  const invoked = world.invoke("one");
  await vi.waitFor(() => expect(world.clock.nextTimerIn()).toBeGreaterThan(0));
  world.clock.advance(queueFunctionMs - answerMarginMs);
  await invoked;
  await setImmediate();
  expect(world.sent().map(({ seconds, text }) => [seconds * 1_000, JSON.parse(text).again.tries])).toEqual([
    [closedRetryMs, 0],
  ]);
  expect(world.logs()).toMatchObject([{ message: "the invocation failed", error: expect.stringMatching(/opened in/) }]);
  expect(world.clock.nextTimerIn()).toBeUndefined();
});

test("a message that is to wait longer than a queue can hide one comes after the longest time there is", async () => {
  const world = await functionWorld(async () => ({ kind: "release", delayMs: maxDelayMs + 1, cause: "later" }));
  await world.invoke("patient");
  expect(world.sent().map(({ seconds }) => seconds * 1_000)).toEqual([maxDelayMs]);
});
