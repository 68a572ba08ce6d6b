import { describe, expect, test } from "vitest";
import { eventStream } from "../../functions/receive-webhook/event-stream.ts";
import type { DroverEvent } from "../../lib/contracts/event.ts";
import type { ReadableBus, StoredEvent } from "../../lib/contracts/ports.ts";
import { ended, fixture, request } from "./harness.ts";

/** By the grammar of the standard: blocks between blank lines, of lines `field: value`. */
function blocksOf(text: string): Record<string, string>[] {
  return text
    .split("\n\n")
    .filter(Boolean)
    .map((block) =>
      Object.fromEntries(
        block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
      ),
    );
}

async function readUntil(response: Response, enough: (blocks: Record<string, string>[]) => boolean) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader && !enough(blocksOf(text))) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return blocksOf(text).filter((block) => block["id"] !== undefined);
}

const streamOf = (
  host: { readonly application: { fetch(request: Request): Response | Promise<Response> } },
  headers = {},
  query = "",
) =>
  host.application.fetch(
    new Request(`http://drover/events${query}`, { headers: { accept: "text/event-stream", ...headers } }),
  );

describe("a live stream of events", () => {
  test("has what was and what comes, and goes on where a reader was interrupted", async () => {
    const { host, send, ...rest } = fixture();
    host.start();
    const { body } = await send("POST", "/requests", request("one"));
    const hasEnd = (blocks: Record<string, string>[]) => blocks.some((block) => block["event"]?.endsWith(".succeeded"));
    const first = await streamOf(host);
    expect(first.headers.get("content-type")).toBe("text/event-stream");
    const blocks = await readUntil(first, hasEnd);
    await ended({ host, send, ...rest }, String(body["operation"]));
    expect(blocks.map((block) => block["event"]?.split(".").at(-1))).toEqual(["accepted", "started", "succeeded"]);
    expect(JSON.parse(blocks[0]?.["data"] ?? "{}")).toMatchObject({
      specversion: "1.0",
      type: "drover.operation.accepted",
    });

    const again = await streamOf(host, { "last-event-id": blocks[1]?.["id"] ?? "" }, "?after=0");
    expect((await readUntil(again, hasEnd)).map((block) => block["id"])).toEqual([blocks[2]?.["id"]]);
    expect((await streamOf(host, { "last-event-id": "x" })).status).toBe(400);
  });

  test("reads nothing ahead of its reader, and lets go when it leaves", async () => {
    let reads = 0;
    let listeners = 0;
    const event = { type: "drover.operation.accepted" } as DroverEvent;
    const endless: ReadableBus = {
      publish: async () => undefined,
      read: async (after, limit): Promise<StoredEvent[]> => {
        reads += 1;
        return after >= 500
          ? []
          : Array.from({ length: limit }, (_, index) => ({ position: after + index + 1, event }));
      },
      onCommit: () => {
        listeners += 1;
        return () => {
          listeners -= 1;
        };
      },
    };
    const parts = { events: endless, after: () => () => undefined };
    const { signal } = new AbortController();
    const { body } = eventStream(parts, { events: endless, after: 0, shows: () => true, signal });
    const settle = async () => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    await settle();
    expect(reads).toBe(0);
    const reader = body?.getReader();
    await reader?.read();
    await settle();
    expect(reads).toBe(1);
    for (let page = 0; page < 4; page += 1) await reader?.read();
    const waiting = reader?.read();
    await settle();
    expect([reads, listeners]).toEqual([6, 1]);
    await reader?.cancel();
    await waiting;
    await settle();
    expect(listeners).toBe(0);
  });

  test("moves on over what a reader may not see, and shows nothing of it", async () => {
    const types = ["accepted", "started", "succeeded"] as const;
    const events = types.map((type, index) => ({
      position: index + 1,
      event: { type: `drover.operation.${type}` } as DroverEvent,
    }));
    const bus: ReadableBus = {
      publish: async () => undefined,
      read: async (after) => events.filter(({ position }) => position > after),
      onCommit: () => () => undefined,
    };
    const parts = { events: bus, after: () => () => undefined };
    const shows = ({ position }: StoredEvent) => position === 2;
    const { signal } = new AbortController();
    const response = eventStream(parts, { events: bus, after: 0, shows, signal });
    const blocks = await readUntil(response, (found) => found.length >= 3);
    expect(blocks.map(({ id, event }) => [id, event])).toEqual([
      ["1", undefined],
      ["2", "drover.operation.started"],
      ["3", undefined],
    ]);
  });
});
