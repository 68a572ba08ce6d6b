import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { HandlerContext, MessageHandler, ReceivedDelivery, Settlement } from "../../../lib/contracts/ports.ts";
import { closedRetryMs, queueFunctionMs, suspectAfter } from "../../../lib/platforms/azure/functions/receive.ts";
import { abortMarginMs, answerMarginMs } from "../../../lib/platforms/time-guard.ts";
import { SeededRandomness } from "../../simulation/virtual-clock.ts";
import { turns } from "../local/manual-time.ts";
import { busy } from "./faults.ts";
import { functionWorld, hostId, itemOf } from "./functions-world.ts";

const acknowledge: Settlement = { kind: "acknowledge" };
const deadLetter: Settlement = { kind: "dead-letter", cause: "Expected a step message, got other text" };

const deflated = (bytes: number) => deflateRawSync("x".repeat(bytes)).toString("base64");

/** Does what the body says. */
const obey: MessageHandler = async ({ body }) => {
  const [what = "", number = "0"] = body.split(" ");
  if (what === "throw") throw new Error("a defect");
  if (what === "release") return { kind: "release", delayMs: Number(number), cause: "later" };
  return what === "dead" ? deadLetter : acknowledge;
};

describe("a message", () => {
  test("that was handled is the host's to remove, and nothing is asked of any service", async () => {
    const world = await functionWorld(obey);
    await world.invoke("fine");
    expect([world.proxy.log, world.sent(), world.lines]).toEqual([[], [], []]);
  });

  test("is told to its handler as the host tells it", async () => {
    const seen: ReceivedDelivery[] = [];
    const world = await functionWorld(async (delivery) => {
      seen.push(delivery as ReceivedDelivery);
      return acknowledge;
    });
    await world.invoke("one", { dequeueCount: 3 });
    const sentAt = Date.UTC(2026, 10, 20, 23, 59, 30);
    expect(seen).toMatchObject([{ queue: "poll-operation", id: hostId, receives: 1, body: "one", sentAt }]);
  });

  test.each([
    ["text", "plain text", "plain text"],
    ["an object", { v: 1, n: [2] }, '{"v":1,"n":[2]}'],
    ["a number", 5, "5"],
    ["nothing", null, "null"],
    ["no value at all", undefined, ""],
    ["bytes", Buffer.from("grün"), "grün"],
    ["base64 of an object", Buffer.from('{"a":"ü"}').toString("base64"), '{"a":"ü"}'],
    ["base64 of an object, as bytes", Buffer.from(Buffer.from('{"a":1}').toString("base64")), '{"a":1}'],
    ["base64 of a list, which stays", Buffer.from("[1,2]").toString("base64"), "WzEsMl0="],
  ])("that the worker gives as %s has its text", async (_, item, body) => {
    const seen: string[] = [];
    const world = await functionWorld(async (delivery) => {
      seen.push(delivery.body);
      return acknowledge;
    });
    await world.invoke(item);
    expect(seen).toEqual([body]);
  });

  test("is not believed what it says in the place of the host's own words, in whatever capitals", async () => {
    const seen: ReceivedDelivery[] = [];
    const world = await functionWorld(async (delivery) => {
      seen.push(delivery as ReceivedDelivery);
      return acknowledge;
    });
    const forged = { id: "forged", DequeueCount: 999, insertiontime: "1999-01-01", popReceipt: "forged" };
    const metadata = { dequeueCount: 999, insertionTime: "1999-01-01" };
    for (const item of [forged, { ...forged, a: 1 }, forged]) {
      await world.invoke(item, metadata);
      // The count of the host is seen of a copy alone.
      expect(world.sent().map(({ seconds }) => seconds)).toEqual([0]);
      await world.next();
    }
    expect(seen.map(({ receives, sentAt, receipt }) => [receives, sentAt, receipt])).toEqual(Array(3).fill([1, 0, ""]));
    // Two messages are two, and one is one at each try.
    expect([seen[0]?.id === seen[1]?.id, seen[0]?.id === seen[2]?.id]).toEqual([false, true]);
    expect(seen[0]?.id).not.toBe("forged");
  });
});

describe("a message that is to come again", () => {
  const large = JSON.stringify({ text: "ü✓".repeat(12_000), id: "x" });
  test.each([
    ["text", "release 42000"],
    ["JSON with the names of the host's own words", '{"id":"mine","dequeueCount":70,"release":1}'],
    ["base64 of JSON", Buffer.from('{"id":"mine"}').toString("base64")],
    ["what looks like one that comes again", '{"again":{"v":1,"id":"","tries":-1},"body":"x"}'],
    ["characters that JSON writes longer", '"\\'.repeat(20_000)],
    ["a large one", large],
  ])("comes with all that it had, and one try more (%s)", async (_, text) => {
    const seen: ReceivedDelivery[] = [];
    const world = await functionWorld(async (delivery) => {
      seen.push(delivery as ReceivedDelivery);
      return seen.length < 4 ? { kind: "release", delayMs: 42_000, cause: "later" } : acknowledge;
    });
    await world.invoke(itemOf(text));
    if (seen.length === 0) await world.next();
    expect(world.sent().map(({ seconds }) => seconds)).toEqual([42]);
    for (let more = 0; more < 3; more += 1) await world.next();
    expect(world.sent()).toEqual([]);
    expect(seen.map(({ receives }) => receives)).toEqual([1, 2, 3, 4]);
    const [first] = seen;
    for (const { id, body, sentAt } of seen)
      expect([id, body, sentAt]).toEqual([first?.id, first?.body, first?.sentAt]);
  });

  const ours = { v: 1, id: "a", tries: 2, sentAt: 1 };
  test.each<[what: string, envelope: object]>([
    ["of another version", { again: { ...ours, v: 2 }, body: "x" }],
    ["without an id", { again: { ...ours, id: "" }, body: "x" }],
    ["with an id that nobody can note", { again: { ...ours, id: "i".repeat(129) }, body: "x" }],
    ["with fewer tries than none", { again: { ...ours, tries: -1 }, body: "x" }],
    ["of no time", { again: { ...ours, sentAt: 9e15 }, body: "x" }],
    ["without a body", { again: ours }],
    ["packed by somebody else", { again: ours, body: "x", packed: true }],
    ["that unpacks to more than a queue carries", { again: ours, body: deflated(2_000_000), packed: true }],
  ])("is not taken out of an envelope %s", async (_, envelope) => {
    const seen: unknown[] = [];
    const world = await functionWorld(async ({ body, receives }) => {
      seen.push(body, receives);
      return acknowledge;
    });
    await world.invoke(envelope);
    expect(seen).toEqual([JSON.stringify(envelope), 1]);
    await world.invoke({ again: ours, body: "x" });
    expect(seen.slice(2)).toEqual(["x", 3]);
  });

  test("waits longer before each try of what nobody can handle, and the fifth is the last", async () => {
    const world = await functionWorld(obey);
    await world.invoke("throw");
    const waits = [];
    while (world.sent().length > 0) {
      waits.push(world.sent()[0]?.seconds);
      await world.next();
    }
    expect(waits).toEqual([2, 4, 8, 16]);
    expect(world.letters()).toMatchObject([
      { queue: "poll-operation", id: hostId, body: "throw", receives: 5, cause: "a defect", at: world.clock.now() },
    ]);
  });

  test("is kept by the host when it cannot be sent, and the log says so", async () => {
    const world = await functionWorld(obey);
    world.proxy.on(() => true, busy, { times: 3 });
    await expect(world.invoke("release 1000")).rejects.toThrow(
      /message 3f5e[-0-9]+ of poll-operation.* its host keeps it/,
    );
    expect(world.logs()).toMatchObject([{ level: "warn", message: "the time of another try could not be set" }]);
    expect([world.sent(), world.letters()]).toEqual([[], []]);
  });

  test("is kept by the host when it is too large to be sent again", async () => {
    const world = await functionWorld(async () => ({ kind: "release", delayMs: 0, cause: "later" }));
    const random = new SeededRandomness(3);
    const noise = Array.from({ length: 64 * 1024 - 9 }, () => String.fromCharCode(33 + random.below(90))).join("");
    await expect(world.invoke(noise)).rejects.toThrow(/its host keeps it/);
    expect(world.sent()).toEqual([]);
    expect(world.clock.nextTimerIn()).toBeUndefined();
  });

  test("in a queue of dead letters is handled, however often the host has given it out", async () => {
    const handled: string[] = [];
    const recording: MessageHandler = async ({ body }) => {
      handled.push(body);
      return acknowledge;
    };
    const world = await functionWorld(recording, "poll-operation-dead-letters");
    await world.invoke("a letter", { dequeueCount: suspectAfter + 40 });
    expect([handled, world.sent()]).toEqual([["a letter"], []]);
  });

  test("in a queue of dead letters never leaves it unrecorded, however often it comes", async () => {
    const world = await functionWorld(async () => deadLetter, "poll-operation-dead-letters");
    await world.invoke("anything", { dequeueCount: suspectAfter + 40 });
    expect(world.sent().map(({ seconds }) => seconds)).toEqual([2]);
    for (let more = 0; more < 9; more += 1) await world.next();
    expect(world.sent().map(({ seconds }) => seconds)).toEqual([300]);
  });
});

describe("a message that is given up", () => {
  test("at once, as its handler says, is a dead letter with the reason", async () => {
    const world = await functionWorld(obey);
    await world.invoke("dead");
    expect(world.letters()).toMatchObject([{ body: "dead", receives: 1, cause: deadLetter.cause }]);
    expect(world.logs()).toMatchObject([{ level: "error", message: "a message was given up" }]);
  });

  test("stays with the host while its dead letter cannot be sent", async () => {
    const world = await functionWorld(obey);
    world.proxy.on(() => true, busy, { times: 3 });
    await expect(world.invoke("dead")).rejects.toThrow(/its host keeps it/);
    expect(world.letters()).toEqual([]);
    await world.invoke("dead", { dequeueCount: 2 });
    expect(world.letters()).toMatchObject([{ receives: 1 }]);
  });

  test("has been given out too often, and a copy that says so does not come back either", async () => {
    const handled: string[] = [];
    const world = await functionWorld(async ({ body }) => {
      handled.push(body);
      return acknowledge;
    });
    await world.invoke("fatal", { dequeueCount: suspectAfter });
    expect([handled, world.sent()]).toEqual([["fatal"], []]);
    await world.invoke("fatal", { dequeueCount: suspectAfter + 1 });
    const [copy] = world.sent();
    expect(handled).toHaveLength(1);
    expect(JSON.parse(copy?.text ?? "")).toMatchObject({ again: { id: hostId, tries: 0, last: true }, body: "fatal" });
    // It may have been the weather.
    await world.next();
    expect([handled.length, world.letters(), world.sent()]).toEqual([2, [], []]);
    await world.invoke(itemOf(copy?.text ?? ""), { dequeueCount: 2 });
    expect(handled).toHaveLength(2);
    expect(world.letters()).toMatchObject([{ id: hostId, cause: expect.stringContaining("got none that came back") }]);
  });
});

describe("a function that cannot be opened", () => {
  test("looks again each minute, and no look is a try of the message", async () => {
    const seen: number[] = [];
    const world = await functionWorld(async ({ receives }) => {
      seen.push(receives);
      return acknowledge;
    });
    const handler: MessageHandler = async ({ receives }) => {
      seen.push(receives);
      return acknowledge;
    };
    world.opensWith(async () => Promise.reject(new Error("Expected a configuration, got none")));
    await world.invoke("one");
    for (let more = 0; more < 9; more += 1) {
      expect(world.sent().map(({ seconds }) => seconds * 1_000)).toEqual([closedRetryMs]);
      await world.next();
    }
    world.opensWith(async () => handler);
    await world.next();
    expect([seen, world.sent(), world.letters()]).toEqual([[1], [], []]);
    const [{ level, message, error }] = world.logs();
    expect([level, message, error]).toEqual(["error", "the invocation failed", "Expected a configuration, got none"]);
  });

  test("leaves the message to the host when nothing can be sent either", async () => {
    const refused = () => Promise.reject(new Error("DROVER_STORAGE_ACCOUNT: expected one"));
    const world = await functionWorld(obey, "poll-operation", { platform: refused });
    await expect(world.invoke("one")).rejects.toThrow(/DROVER_STORAGE_ACCOUNT/);
    expect(world.clock.nextTimerIn()).toBeUndefined();
  });
});

describe("the time of a queue function", () => {
  test("aborts a handler before it is over, and does what that decides then", async () => {
    const seen: { aborted: boolean; leftMs: number }[] = [];
    const world = await functionWorld(async (_, { signal, remainingMs }: HandlerContext) => {
      seen.push({ aborted: signal.aborted, leftMs: remainingMs() });
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      seen.push({ aborted: signal.aborted, leftMs: remainingMs() });
      return { kind: "release", delayMs: 3_000, cause: "no time" };
    });
    const invoked = world.invoke("slow");
    await turns(3);
    world.clock.advance(queueFunctionMs - abortMarginMs - 1);
    await turns(3);
    expect(seen).toEqual([{ aborted: false, leftMs: queueFunctionMs - abortMarginMs }]);
    world.clock.advance(1);
    await invoked;
    expect(seen[1]).toEqual({ aborted: true, leftMs: 0 });
    expect(world.sent().map(({ seconds }) => seconds)).toEqual([3]);
    expect(world.clock.nextTimerIn()).toBeUndefined();
  });

  test("is over for a handler that does not come back, and that was a try", async () => {
    const world = await functionWorld(() => new Promise<Settlement>(() => undefined));
    const invoked = world.invoke("stuck");
    await turns(3);
    world.clock.advance(queueFunctionMs - answerMarginMs);
    await invoked;
    expect(world.logs()).toMatchObject([{ level: "warn", cause: expect.stringContaining("time was over") }]);
    expect(JSON.parse(world.sent()[0]?.text ?? "")).toMatchObject({ again: { tries: 1 }, body: "stuck" });
  });
});
