import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openDesk } from "./harness.ts";

type Answers = (url: URL) => {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
};

/** A system that answers what a test says, and the commands that ask it. */
async function answering(answers: Answers) {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", "http://drover");
    asked.push(`${url.pathname}${url.search}`);
    const { status = 200, headers = {}, body } = answers(url);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const here = openDesk(async () => new Response(null, { status: 500 }), {});
  const run = (...args: string[]) =>
    here.run(["--url", at, ...args], { variables: { DROVER_TOKEN: "token-of-the-operators-team" } });
  return { asked, run };
}

const time = "2026-11-21T00:00:00.000Z";
const id = "a".repeat(52);

function stored(position: number) {
  const data = { requestType: "drover.heat.deploy", connection: "otc" };
  const event = {
    specversion: "1.0",
    id: `e-${position}`,
    source: "/drover",
    type: "drover.operation.started",
    subject: id,
    time,
    datacontenttype: "application/json",
    sequence: "000000000001.000",
    data,
  };
  return { position, event };
}

test("drover events goes on where a page shows nothing of what it read", async () => {
  const pages: Record<string, unknown> = {
    "0": { events: [], next: 500 },
    "500": { events: [stored(731)], next: 1_000 },
    "1000": { events: [], next: 1_000 },
  };
  const { run, asked } = await answering((url) => ({ body: pages[url.searchParams.get("after") ?? ""] }));
  const ran = await run("events", "--json");
  expect([ran.code, ran.err]).toEqual([0, ""]);
  expect(ran.json.map(({ position }) => position)).toEqual([731]);
  expect(asked).toHaveLength(3);
});

test("drover watch follows the pages behind one that shows nothing", async () => {
  const request = { source: "/ci", id: "a", type: "drover.heat.deploy" };
  const operation = { id, state: "active", request, updatedAt: time, createdAt: time };
  const ended = { ...operation, state: "ended", outcome: "failed", endedAt: time };
  let looks = 0;
  const { run } = await answering((url) => {
    if (url.pathname !== "/operations") return { body: ended };
    if (url.searchParams.get("cursor") === null) return { body: { operations: [], cursor: "next" } };
    looks += 1;
    return { body: { operations: looks === 1 ? [operation] : [] } };
  });
  const ran = await run("watch", "--json");
  expect([ran.code, ran.err]).toEqual([1, ""]);
  expect(ran.json).toMatchObject([{ operation: { state: "active" } }, { operation: { outcome: "failed" } }]);
});

test("drover dead-letters list shows the letters of all pages", async () => {
  const letter = (of: string) => ({
    id: of.repeat(26),
    queue: "inbox",
    cause: "Expected a request, got something else",
    receives: 5,
    at: time,
    verdict: "needs-decision",
    retainUntil: time,
  });
  const { run } = await answering((url) => {
    if (url.searchParams.get("cursor") === null) return { body: { deadLetters: [], cursor: "b" } };
    if (url.searchParams.get("cursor") === "b") return { body: { deadLetters: [letter("1")], cursor: "c" } };
    return { body: { deadLetters: [letter("2")] } };
  });
  const ran = await run("dead-letters", "list", "--json");
  expect([ran.code, ran.err]).toEqual([0, ""]);
  expect(ran.json[0]?.["deadLetters"]).toMatchObject([{ id: "1".repeat(26) }, { id: "2".repeat(26) }]);
  expect((await run("dead-letters", "list")).out).toContain("2".repeat(26));
});

const problem = (code: string) => ({ type: "about:blank", title: code, detail: "Expected less, got more", code });

test.each<[string, number, Record<string, string>, unknown, number, RegExp]>([
  ["too many requests", 429, { "retry-after": "17" }, problem("too-many-requests"), 5, /try again in 17 s/],
  ["storage that refuses", 503, { "retry-after": "5" }, problem("storage"), 5, /got more.*try again in 5 s/],
  ["a proxy's 502", 502, {}, "<html>", 5, /status 502.*in front of it.*try again/],
  ["a proxy's 503 until a date", 503, { "retry-after": "Sat, 01 Jan 2000 00:00:00 GMT" }, "", 5, /try again now/],
  ["a proxy's 504", 504, {}, "<html>", 5, /status 504/],
  ["a proxy's 500", 500, {}, "<html>", 5, /status 500/],
  ["a defect", 500, {}, problem("defect"), 70, /got more/],
  ["a refusal", 400, {}, problem("invalid-parameter"), 2, /got more/],
])("%s has its own exit code", async (_, status, headers, body, code, said) => {
  const { run } = await answering(() => ({ status, headers, body }));
  const ran = await run("operations", "list");
  expect({ code: ran.code, err: ran.err }).toEqual({ code, err: expect.stringMatching(said) });
});
