import { expect, test } from "vitest";
import { queueWatch, untakenMs } from "../../../lib/platforms/azure/queue-watch.ts";
import { recordingLog } from "../local/manual-time.ts";

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
  expect(log.lines[0]).toMatch(/nobody takes from a queue/);
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
