import { describe, expect, test } from "vitest";
import { asked, type Door, isServed, shortLimits as limits, openDoor, signingSecret, tokens } from "./door.ts";
import { lines, say } from "./raw.ts";

const bearer = `Authorization: Bearer ${tokens.ops}`;
const typed = "Content-Type: application/json";
const body = JSON.stringify(asked("raw"));
const sized = `Content-Length: ${Buffer.byteLength(body)}`;
const close = "Connection: close";
const get = (path: string, ...headers: string[]) => lines(`GET ${path} HTTP/1.1`, [bearer, close, ...headers]);
const post = (headers: readonly string[], text = body) => lines("POST /requests HTTP/1.1", headers, text);

function* endless(head: string, chunk: string): Generator<string> {
  yield head;
  for (let count = 0; count < 20_000; count += 1) yield chunk;
}

async function operationsOf(door: Door): Promise<number> {
  return JSON.parse((await door.ask("ops", "GET", "/operations")).text).operations.length;
}

const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;
const many = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: a`);

/** Instead of a status: the connection is just ended. A reset can also overtake an answer to a sender that goes on sending. */
const gone = 0;

/** Each with the only statuses it may be answered with. */
const hostile: [string, Iterable<string | Buffer>, readonly number[]][] = [
  // Two readers of one connection must never see different requests.
  ["a length and chunks", [post([typed, bearer, sized, "Transfer-Encoding: chunked"])], [400]],
  ["chunks and a length", [post([typed, bearer, "Transfer-Encoding: chunked", sized])], [400]],
  ["two lengths", [post([typed, bearer, sized, "Content-Length: 2"])], [400]],
  ["the same length twice", [post([typed, bearer, sized, sized])], [400]],
  ["a list of lengths", [post([typed, bearer, "Content-Length: 2, 2"])], [400]],
  ["a negative length", [post([typed, bearer, "Content-Length: -1"])], [400]],
  ["a length with a sign", [post([typed, bearer, "Content-Length: +2"])], [400]],
  ["a length beyond all numbers", [post([typed, bearer, `Content-Length: ${"9".repeat(30)}`])], [400]],
  ["another transfer encoding", [post([typed, bearer, "Transfer-Encoding: gzip"])], [400]],
  ["chunks twice encoded", [post([typed, bearer, "Transfer-Encoding: chunked, chunked"])], [400]],
  ["chunks in disguise", [post([typed, bearer, "Transfer-Encoding: xchunked", sized])], [400]],
  ["a chunk whose size is none", [post([typed, bearer, "Transfer-Encoding: chunked"], "zz\r\n{}\r\n0\r\n\r\n")], [400]],
  ["a body longer than declared", [post([typed, bearer, "Content-Length: 2"])], [400, 422]],
  ["a body shorter than declared", [post([typed, bearer, "Content-Length: 9999"])], [408]],
  // Header lines that readers take in different ways.
  ["a header on two lines", [get("/operations", "X-A: b\r\n c")], [400]],
  ["a space before the colon", [get("/operations", "X-A : b")], [400]],
  ["a bare line feed", [`GET /operations HTTP/1.1\nHost: drover\n${bearer}\n\n`], [400]],
  ["a NUL in a header", [get("/operations", "X-A: b\0c")], [400]],
  ["no host", ["GET /healthz HTTP/1.1\r\n\r\n"], [400]],
  ["two hosts that are one list", [get("/operations").replace("Host: drover", "Host: a, b")], [400]],
  ["a host that is none", [get("/operations").replace("Host: drover", "Host: a/../b?c#d")], [400]],
  // What comes twice is nobody's.
  ["two tokens", [get("/operations", `Authorization: Bearer ${tokens.ci}`)], [401]],
  ["the same token twice", [get("/operations", bearer)], [401]],
  ["two content types", [post([typed, "Content-Type: text/plain", bearer, sized, close])], [415]],
  // More than anybody needs.
  ["a very long path", [get(`/${"a".repeat(20_000)}`)], [431]],
  ["a very long header", [get("/operations", `X-A: ${"b".repeat(20_000)}`)], [431]],
  ["a thousand headers", [get("/operations", ...many(1_000))], [431]],
  ["65 headers", [get("/operations", ...many(62))], [431]],
  ["a declared length beyond the limit", [post([typed, bearer, "Content-Length: 9000000", close], "{")], [413]],
  ["chunks beyond the limit", endless(post([typed, bearer, "Transfer-Encoding: chunked"], ""), chunk), [413, gone]],
  [
    "a body that nobody asked for",
    endless(lines("POST /nowhere HTTP/1.1", ["Transfer-Encoding: chunked"]), chunk),
    [404, gone],
  ],
  ["a body without a token", endless(post([typed, "Transfer-Encoding: chunked"], ""), chunk), [401, gone]],
  [
    "a chunk extension without an end",
    endless(post([typed, bearer, "Transfer-Encoding: chunked"], "2;a"), "b".repeat(4096)),
    [413, gone],
  ],
  // Other paths.
  ["the whole URL of another place", [lines("GET http://elsewhere/operations HTTP/1.1", [close])], [401]],
  ["the whole URL without a place", [lines("GET http:/// HTTP/1.1", [bearer, close])], [400]],
  ["a path out of the API", [get("/../../../vault/../etc/passwd")], [404]],
  ["an encoded path out of the API", [get("/operations/%2e%2e%2f%2e%2e%2fvault")], [404]],
  ["encoded slashes", [get("/operations%2Fabc%2Fhistory")], [404]],
  ["a backslash", [get("/operations\\..\\vault")], [400]],
  ["a NUL in the path", [get("/operations/%00")], [404]],
  ["broken percent signs", [get("/operations/%zz%ff")], [404]],
  ["no path", [get("*")], [400, 404]],
  // Other methods and protocols.
  ["CONNECT", [lines("CONNECT elsewhere:443 HTTP/1.1", [bearer])], [gone]],
  ["TRACE", [lines("TRACE /requests HTTP/1.1", [bearer, close])], [404]],
  ["PATCH", [lines("PATCH /requests HTTP/1.1", [bearer, close])], [404]],
  ["a method that nobody knows", [lines("DROVE /requests HTTP/1.1", [bearer, close])], [400]],
  ["HEAD without a token", [lines("HEAD /operations HTTP/1.1", [close])], [401]],
  ["an upgrade", [get("/nowhere", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: YQ==")], [404]],
  ["HTTP/2", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], [400]],
  ["HTTP/1.0 without a host", ["GET /operations HTTP/1.0\r\n\r\n"], [400]],
  ["HTTP/0.9", ["GET /operations\r\n"], [408]],
  ["HTTP/9.9", [lines("GET /operations HTTP/9.9")], [400]],
  ["TLS", [Buffer.from("16030100c8010000c40303", "hex")], [400]],
  ["noise", [Buffer.alloc(4096, 0xff)], [400]],
  ["an expectation that nobody has", [get("/healthz", "Expect: miracles")], [417]],
];

describe("a request with", () => {
  test.each(hostile)("%s is refused and its connection ends; others are served", async (name, pieces, statuses) => {
    const door = openDoor();
    const { url, port } = await door.listen(limits);
    const heard = say(port, pieces);
    expect(await isServed(url, name)).toBe(true);
    const { statuses: said, closed, text } = await heard;
    expect(closed).toBe(true);
    expect(statuses).toContain(said[0] ?? gone);
    // What is left of a refused request may be refused once more.
    expect(said.slice(1).filter((status) => status !== 400 && status !== 408)).toEqual([]);
    expect([text.includes(tokens.ops), text.includes(signingSecret)]).toEqual([false, false]);
    expect(await operationsOf(door)).toBe(1);
    expect(door.said()).not.toMatch(/defect|"error:/);
  });

  test("64 headers is one as any other", async () => {
    const { port } = await openDoor().listen(limits);
    expect((await say(port, [get("/operations", ...many(61))])).statuses).toEqual([200]);
  });
});

test("requests one behind the other are answered in their order, each by its own token", async () => {
  const { port } = await openDoor().listen(limits);
  const one = (token: string) => lines("GET /operations HTTP/1.1", [`Authorization: Bearer ${token}`]);
  const pipeline = Array.from({ length: 200 }, (_, index) =>
    one(index % 3 === 0 ? "nobody-knows-this-token" : tokens.ci),
  );
  const { statuses, closed } = await say(port, [...pipeline, lines("GET /operations HTTP/1.1", [close])]);
  const answers = pipeline.map((_, index) => (index % 3 === 0 ? 401 : 200));
  expect([statuses, closed]).toEqual([[...answers, 401], true]);
});
