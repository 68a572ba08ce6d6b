import { describe, expect, test } from "vitest";
import { requestRoutes } from "../../functions/request-routes.ts";
import { createInboxHandler } from "../../lib/operations/accept.ts";
import { World } from "../simulation/world.ts";

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const bus = (detail: string) => `{"detail-type":"drover request","source":"com.example.ci","detail":${detail}}`;
const topic = (message: string) =>
  JSON.stringify({ Type: "Notification", TopicArn: "arn:aws:sns:x", Message: message });

/** What becomes of a message of the inbox. */
async function settled(body: string) {
  const world = new World({ mode: "cloud" }, () => ({ handlers: {}, sweep: async () => undefined }));
  const handler = createInboxHandler({
    ports: world.outside,
    routes: requestRoutes,
    connectionKind: () => undefined,
    idempotencyMs: 86_400_000,
  });
  const context = { signal: new AbortController().signal, remainingMs: () => 60_000 };
  return handler({ id: "m1", queue: "inbox", body, receives: 1, sentAt: 0 }, context);
}

describe("a message of the inbox that nothing can read to its end is given up at once, with its cause", () => {
  const tooDeep = { kind: "dead-letter", cause: expect.stringMatching(/nested at most 32 deep, got a deeper one/) };

  test.each([40, 3_000, 20_000, 35_000])("from a bus, %i levels deep", async (levels) => {
    expect(await settled(bus(`{"specversion":"1.0","data":${deep(levels)}}`))).toEqual(tooDeep);
  });

  test.each([40, 3_000])("from a bus behind a topic, %i levels deep", async (levels) => {
    expect(await settled(topic(bus(`{"specversion":"1.0","data":${deep(levels)}}`)))).toEqual(tooDeep);
  });

  test("from a topic", async () => {
    expect(await settled(topic(deep(3_000)))).toEqual(tooDeep);
  });

  test("with a number that no reader can hold", async () => {
    const detail = `{"specversion":"1.0","data":{"x":1e999,"filler":"${"x".repeat(47_000)}"}}`;
    const padded = bus(detail).replace('"source":', `"resources":["${"y".repeat(3_000)}"],"source":`);
    const cause = expect.stringMatching(/numbers up to 1\.7e308, got a greater one/);
    expect(await settled(padded)).toEqual({ kind: "dead-letter", cause });
  });
});
