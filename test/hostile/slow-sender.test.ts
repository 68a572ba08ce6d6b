import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { listenHttp } from "../../cli/http-listener.ts";
import { type Door, isServed, shortLimits as limits, openDoor, tokens } from "./door.ts";
import { heldSockets, lines, openSocket, say } from "./raw.ts";

const bearer = `Authorization: Bearer ${tokens.ci}`;
const post = ["Content-Type: application/json", bearer];

function* drip(head: string, piece: string): Generator<string> {
  yield head;
  for (let count = 0; count < 500; count += 1) yield piece;
}

const isQuiet = (door: Door) => !/defect|"error:/.test(door.said());

describe("a sender", () => {
  const slow: [string, Iterable<string>, number][] = [
    ["says nothing at all", [], 0],
    ["says half a line", ["GET /heal"], 0],
    ["never ends its headers", [`${lines("GET /healthz", []).trimEnd()}\r\nX-A: b`], 0],
    ["sends its headers byte by byte", drip("GET /healthz HTTP/1.1\r\nHost: drover\r\nX: ", "a"), 10],
    ["sends header after header", drip("GET /healthz HTTP/1.1\r\nHost: drover\r\n", "X: a\r\n"), 10],
    ["sends one byte of its body", [lines("POST /requests HTTP/1.1", [...post, "Content-Length: 90"], "{")], 0],
    ["sends its body byte by byte", drip(lines("POST /requests HTTP/1.1", [...post, "Content-Length: 900"]), " "), 10],
    [
      "sends its chunks byte by byte",
      drip(lines("POST /requests HTTP/1.1", [...post, "Transfer-Encoding: chunked"]), "1\r\n \r\n"),
      10,
    ],
  ];
  test.each(slow)("that %s is shown out, and others are served meanwhile", async (_, pieces, betweenMs) => {
    const door = openDoor();
    const { url, port } = await door.listen(limits);
    const before = heldSockets();
    const heard = say(port, pieces, betweenMs);
    await pause(20);
    expect(await isServed(url)).toBe(true);
    const { statuses, closed } = await heard;
    expect([closed, statuses.every((status) => status >= 400 && status < 500)]).toEqual([true, true]);
    expect(isQuiet(door)).toBe(true);
    await expect.poll(heldSockets, { timeout: 5_000 }).toBeLessThanOrEqual(before);
  });

  test("that has got its answer and stays is shown out", async () => {
    const { port } = await openDoor().listen(limits);
    const { statuses, closed } = await say(port, [lines("GET /healthz HTTP/1.1")]);
    expect([statuses, closed]).toEqual([[200], true]);
  });

  test("that goes away in the middle of its body is no defect", async () => {
    const door = openDoor();
    const { url, port } = await door.listen();
    for (const how of ["end", "resetAndDestroy"] as const) {
      const socket = openSocket(port).resume();
      socket.write(lines("POST /requests HTTP/1.1", [...post, "Content-Length: 900"], '{"a":'));
      await pause(20);
      socket[how]();
      await new Promise((closed) => socket.once("close", closed));
    }
    expect(await isServed(url)).toBe(true);
    expect(isQuiet(door)).toBe(true);
  });
});

test("a reader that takes nothing is let go, and what it was owed with it", async () => {
  const letGo = Promise.withResolvers<void>();
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.alloc(1024 * 1024)),
      cancel: () => letGo.resolve(),
    });
  const listener = await listenHttp("127.0.0.1:0", () => new Response(body()), { ...limits, silenceMs: 100 });
  onTestFinished(() => listener.close());
  const socket = openSocket(Number(new URL(listener.url).port));
  socket.write(lines("GET / HTTP/1.1"));
  socket.pause();
  await letGo.promise;
});

describe("senders", () => {
  test("that hold every connection are outlasted", async () => {
    const { url, port } = await openDoor().listen({ ...limits, connections: 8 });
    const held = Array.from({ length: 8 }, () => say(port, ["GET /heal"]));
    await pause(20);
    expect(await say(port, [lines("GET /healthz HTTP/1.1")])).toMatchObject({ statuses: [], closed: true });
    expect((await Promise.all(held)).every(({ closed }) => closed)).toBe(true);
    expect(await isServed(url)).toBe(true);
  });

  test("that hold a hundred connections leave nothing behind", async () => {
    const { url, port } = await openDoor().listen(limits);
    const before = heldSockets();
    const held = Array.from({ length: 100 }, () =>
      say(port, [lines("POST /requests HTTP/1.1", [...post, "Content-Length: 9"], "{")]),
    );
    await pause(20);
    expect(await isServed(url)).toBe(true);
    expect((await Promise.all(held)).every(({ closed }) => closed)).toBe(true);
    await expect.poll(heldSockets, { timeout: 5_000 }).toBeLessThanOrEqual(before);
  });
});
