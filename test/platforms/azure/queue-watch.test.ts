import { describe, expect, test } from "vitest";
import { createStorageQueuesEmulator } from "../../../emulators/storage-queues/index.ts";
import { deadLetterQueueOf } from "../../../lib/contracts/ports.ts";
import { azureQueue } from "../../../lib/platforms/azure/queue.ts";
import { queueNames } from "../../../lib/platforms/azure/queue-names.ts";
import { queueWatch, untakenMs } from "../../../lib/platforms/azure/queue-watch.ts";
import { ManualTime, recordingLog } from "../local/manual-time.ts";
import { account, behindProxy, noTokens, settingsFor } from "./accounts.ts";
import { busy, lostBefore, refusedWith } from "./faults.ts";
import { impatience, thrownBy } from "./patience.ts";

function watched(first: (queue: string, nowMs: number) => string | undefined) {
  let nowMs = 0;
  const log = recordingLog();
  const look = queueWatch({
    queue: { firstReady: async (queue) => first(queue, nowMs) },
    queues: ["inbox", "poll-operation"],
    clock: { monotonicMs: () => nowMs },
    log,
  });
  const forMinutes = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await look();
      nowMs += 60_000;
    }
  };
  return { log, forMinutes };
}

test("a message that is ready for five minutes is told of, with its queue, each minute", async () => {
  const { log, forMinutes } = watched((queue) => (queue === "inbox" ? "m-1" : undefined));
  await forMinutes(untakenMs / 60_000);
  expect(log.lines).toEqual([]);
  await forMinutes(2);
  expect(log.lines).toHaveLength(2);
  expect(log.lines[0]).toBe("error: nobody takes from a queue");
  expect(log.fields[0]).toEqual({ queue: "inbox", message: "m-1", forMs: untakenMs });
});

test("a queue whose messages change is worked on, however full it is", async () => {
  const { log, forMinutes } = watched((_queue, nowMs) => `m-${Math.floor(nowMs / (untakenMs - 60_000))}`);
  await forMinutes(60);
  expect(log.lines).toEqual([]);
});

test("a message that was taken meanwhile begins anew", async () => {
  const { log, forMinutes } = watched((_queue, nowMs) => ((nowMs / 60_000) % 4 === 3 ? undefined : "m-1"));
  await forMinutes(60);
  expect(log.lines).toEqual([]);
});

test("a queue that is not there, or may not be read, is told of, and the others are looked into", async () => {
  const { log, forMinutes } = watched((queue) => {
    if (queue === "inbox") throw new Error("no such queue");
    return "m-1";
  });
  await forMinutes(7);
  expect(log.lines.filter((line) => line.includes("a queue cannot be looked into"))).toHaveLength(7);
  expect(log.lines.filter((line) => line.includes("nobody takes from a queue"))).toHaveLength(2);
});

test("a message is told of after its own five minutes, whatever was ready before it", async () => {
  const { log, forMinutes } = watched((_queue, nowMs) => (nowMs < 240_000 ? "m-1" : "m-2"));
  await forMinutes(9);
  expect(log.lines).toEqual([]);
  await forMinutes(1);
  expect(log.lines).toHaveLength(2);
});

test("a look that fails forgets nothing of what stood there before", async () => {
  const { log, forMinutes } = watched((queue, nowMs) => {
    if (nowMs === 180_000) throw new Error("busy");
    return queue === "inbox" ? "m-1" : undefined;
  });
  await forMinutes(6);
  expect(log.lines.filter((line) => line.includes("nobody takes from a queue"))).toHaveLength(1);
});

describe("the first message that is ready", () => {
  async function opened() {
    const clock = new ManualTime();
    const emulator = createStorageQueuesEmulator({ now: () => clock.now(), account });
    for (const name of ["inbox", "inbox-poison"]) emulator.seedQueue(name);
    const proxy = await behindProxy((request) => emulator.fetch(request));
    const persistence = impatience();
    const settings = settingsFor({ queues: proxy.url });
    const queue = azureQueue({ settings, tokens: noTokens, clock, names: queueNames({}), persistence });
    return { clock, emulator, proxy, queue };
  }

  test("is the one that whoever takes is given, and stays as it was", async () => {
    const { clock, emulator, queue } = await opened();
    expect(await queue.firstReady("inbox")).toBeUndefined();
    await queue.send([{ queue: "inbox", body: "later", delayMs: 60_000 }]);
    expect(await queue.firstReady("inbox")).toBeUndefined();
    clock.pass(60_000);
    const before = structuredClone(emulator.messages("inbox"));
    const first = await queue.firstReady("inbox");
    expect(await queue.firstReady("inbox")).toBe(first);
    expect(emulator.messages("inbox")).toEqual(before);
    const [taken] = await queue.receive("inbox", 1, 30_000);
    expect([taken?.id, taken?.receives]).toEqual([first, 1]);
    // Whoever has taken it may still be at it.
    expect(await queue.firstReady("inbox")).toBeUndefined();
    clock.pass(30_000);
    expect(await queue.firstReady("inbox")).toBe(first);
  });

  test("is of the queue that was asked for, also of dead letters", async () => {
    const { emulator, queue } = await opened();
    await queue.send([{ queue: deadLetterQueueOf("inbox"), body: "a letter" }]);
    expect(await queue.firstReady("inbox")).toBeUndefined();
    expect(await queue.firstReady(deadLetterQueueOf("inbox"))).toBe(emulator.messages("inbox-poison")[0]?.id);
  });

  test.each([
    ["there is no such queue", refusedWith(404, "QueueNotFound"), "ConfigurationError", "place-missing", 1],
    [
      "it is not ours to read",
      refusedWith(403, "AuthorizationPermissionMismatch"),
      "UnauthorizedError",
      "unauthorized",
      1,
    ],
    ["nobody knows us", refusedWith(401, "InvalidAuthenticationInfo"), "UnauthorizedError", "unauthorized", 1],
    ["the service fails", refusedWith(500, "InternalError"), "RetryableError", "provider-unavailable", 3],
    ["it is gone", refusedWith(410, "Gone"), "PermanentError", "refused-by-service", 1],
    ["it is busy", busy, "RetryableError", "throttled", 3],
    ["the line is cut", lostBefore, "RetryableError", "connection-lost", 3],
  ])("is not known when %s", async (_, fault, name, code, requests) => {
    const { proxy, queue } = await opened();
    const rule = proxy.on(() => true, fault, { times: 99 });
    const error = await thrownBy(() => queue.firstReady("inbox"));
    expect(error).toMatchObject({ name, code, provider: "storage-queues" });
    expect(error.message).toMatch(/^Expected .*queue inbox/);
    expect([error.cause, rule.hits]).toEqual([undefined, requests]);
  });

  test("is known after a fault that passes", async () => {
    const { emulator, proxy, queue } = await opened();
    await queue.send([{ queue: "inbox", body: "text" }]);
    proxy.on(({ method }) => method === "GET", busy, { times: 2 });
    expect(await queue.firstReady("inbox")).toBe(emulator.messages("inbox")[0]?.id);
  });
});
