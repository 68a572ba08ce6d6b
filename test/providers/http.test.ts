import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { ConfigurationError, PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { jsonOf } from "../../lib/providers/answer.ts";
import type { Fetch } from "../../lib/providers/exchange.ts";
import { systemTimer } from "../../lib/providers/timer.ts";
import { answering, changeCall, failureOf, origin, readCall, sender, settle, shown } from "./support.ts";

const token = new Secret("canary-token-4711");
const secretHeader = { name: "authorization", prefix: "Bearer ", value: token };
const never = () => new Promise<never>(() => {});

describe("origin guard", () => {
  test.each([
    "https://evil.example/v2/thing",
    "http://api.example/v2/thing",
    "https://api.example:8443/v2/thing",
    "https://api.example.evil.example/",
    "https://user:pass@api.example/v2/thing",
    "//api.example/v2/thing",
    "not a url",
  ])("refuses %s before anything is sent", async (url) => {
    const { fetch, requests } = answering(() => new Response("{}"));
    const error = await failureOf(sender(fetch).send(readCall({ url, secretHeader })));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "origin-refused", effect: "none" });
    expect(await failureOf(sender(fetch).send(readCall({ url })))).toBeInstanceOf(ConfigurationError);
    expect(requests).toHaveLength(0);
  });

  test("sends a secret to one origin only, even where another one is allowed", async () => {
    const { fetch, requests } = answering(() => new Response("{}"));
    const { send } = sender(fetch, { origins: new Set([origin, "https://other.example"]) });
    const url = "https://other.example/v2/thing";
    await send(readCall({ url }));
    const body = { contentType: "text/plain", text: "x", secrets: [token] };
    expect(await failureOf(send(readCall({ url, secretHeader })))).toBeInstanceOf(ConfigurationError);
    expect(await failureOf(send(changeCall({ url, body })))).toBeInstanceOf(ConfigurationError);
    expect(requests).toHaveLength(1);
  });
});

describe("a token in a header of the answer", () => {
  const answeringWith = (headers: Record<string, string>) => answering(() => new Response("{}", { headers }));

  test("comes as a secret, and stands in no text", async () => {
    const { fetch } = answeringWith({ "x-token": "canary-answer", "x-request-id": "canary-answer" });
    const answer = await sender(fetch).send(readCall({ tokenHeader: "x-token" }));
    expect(answer.token?.reveal()).toBe("canary-answer");
    expect(answer.requestId).toBeUndefined();
    expect(answer.show("got canary-answer")).toBe("got [removed]");
  });

  test.each(["", "a b", "t\u00e9", "x".repeat(32_769)])("is none when it could not be sent: %#", async (value) => {
    const { fetch } = answeringWith({ "x-token": value });
    expect((await sender(fetch).send(readCall({ tokenHeader: "x-token" }))).token).toBeUndefined();
  });

  test("is read only where it is asked for", async () => {
    const { fetch } = answeringWith({ "x-token": "canary-answer" });
    expect((await sender(fetch).send(readCall())).token).toBeUndefined();
  });

  test("of which a request id is a piece, is no request id", async () => {
    const id = "canary-answer-0123456789";
    const { fetch } = answeringWith({ "x-token": `${id}-and-more`, "x-request-id": id });
    expect((await sender(fetch).send(readCall({ tokenHeader: "x-token" }))).requestId).toBeUndefined();
  });
});

test("a call may bound its own answer", async () => {
  const { fetch } = answering(() => new Response("x".repeat(100)));
  expect(await sender(fetch).send(readCall({ maxBytes: 99 }))).toMatchObject({ problem: "too-large" });
  const { fetch: same } = answering(() => new Response("x".repeat(100)));
  expect((await sender(same, { maxBytes: 10 }).send(readCall({ maxBytes: 100 }))).text).toHaveLength(100);
});

describe("redirects", () => {
  test.each([301, 302, 303, 307, 308])("are not followed: %i", async (status) => {
    const location = "https://evil.example/steal?sig=canary-signature";
    const { fetch, requests } = answering(() => new Response(null, { status, headers: { location } }));
    const error = await failureOf(sender(fetch).send(readCall({ secretHeader })));
    expect(error).toBeInstanceOf(status === 301 || status === 308 ? PermanentError : RetryableError);
    expect(error).toMatchObject({ status, code: "redirect-refused", effect: "none" });
    expect(shown(error)).toContain("evil.example");
    expect(shown(error)).not.toMatch(/steal|sig=|canary/);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.redirect).toBe("manual");
  });

  test("of a creating call leave its effect possible", async () => {
    const { fetch } = answering(() => new Response(null, { status: 308, headers: { location: "/elsewhere" } }));
    const error = await failureOf(sender(fetch).send(changeCall()));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ effect: "possible" });
  });
});

describe("time-outs", () => {
  test("end a call that is never answered, even by a fetch that ignores its signal", async () => {
    const { send, time } = sender(never);
    const failed = failureOf(send(changeCall({ timeoutMs: 5_000 })));
    await settle();
    time.advance(5_000);
    expect(await failed).toMatchObject({ code: "timed-out", effect: "possible" });
    expect(time.timers).toBe(0);
  });

  test("end a body that never ends", async () => {
    const { fetch } = answering(() => new Response(new ReadableStream({ pull: never }), { status: 202 }));
    const { send, time } = sender(fetch);
    const answered = send(changeCall());
    await settle();
    time.advance(30_000);
    const answer = await answered;
    expect(answer).toMatchObject({ status: 202, problem: "timed-out", text: "" });
    expect(() => jsonOf(answer, changeCall())).toThrow(expect.objectContaining({ effect: "possible", status: 202 }));
  });

  test("are called off by an answer", async () => {
    const { fetch } = answering(() => new Response("{}"));
    const { send, time } = sender(fetch);
    await send(readCall());
    expect(time.timers).toBe(0);
  });

  test("come after an interruption by the caller", async () => {
    const caller = new AbortController();
    const { send } = sender(never);
    const failed = failureOf(send(changeCall(), caller.signal));
    await settle();
    caller.abort();
    expect(await failed).toMatchObject({ code: "interrupted", effect: "possible" });
  });

  test("do not begin for a caller that has gone already, and nothing is sent", async () => {
    const { fetch, requests } = answering(() => new Response("{}"));
    const error = await failureOf(sender(fetch).send(changeCall(), AbortSignal.abort()));
    expect(error).toMatchObject({ code: "interrupted", effect: "none" });
    expect(requests).toHaveLength(0);
  });
});

describe("bodies", () => {
  const long = () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024));
        // An end after all, so that without the bound this fails and does not eat the machine's memory.
        if (pulled === 4_096) controller.close();
      },
    });
    return { body, pulled: () => pulled };
  };

  test("are read up to the bound and then let go", async () => {
    const { body, pulled } = long();
    const { send } = sender(async () => new Response(body), { maxBytes: 64 * 1024 });
    expect(await send(readCall())).toMatchObject({ problem: "too-large", text: "" });
    expect(pulled()).toBeLessThan(80);
  });

  test("that announce too much are not read at all", async () => {
    const { body, pulled } = long();
    const headers = { "content-length": String(1024 * 1024 + 1) };
    const { send } = sender(async () => new Response(body, { headers }));
    expect(await send(readCall())).toMatchObject({ problem: "too-large" });
    expect(pulled()).toBeLessThan(3);
  });

  const read = async (body: string | Uint8Array<ArrayBuffer> | null, status = 200) => {
    const { fetch } = answering(() => new Response(body, { status }));
    const call = readCall();
    return jsonOf(await sender(fetch).send(call), call);
  };
  const bytes = (...values: number[]) => new Uint8Array(values);

  test.each([
    ["HTML", "<html><body>canary</body></html>", "html"],
    ["JSON that breaks off in a string", '{"State":"canary', "cut-off-json"],
    ["JSON that breaks off between values", '{"State":2,', "cut-off-json"],
    ["text", "canary said no", "not-json"],
    // What can be read, and not be written again.
    ["JSON that is nested too deep", `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, "too-deep"],
    ["an empty body", "", "empty"],
    ["white space", " \r\n ", "empty"],
    ["no body", null, "empty"],
    ["UTF-16", bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00), "not-utf-8"],
    ["broken UTF-8", bytes(0x22, 0xc3, 0x28, 0x22), "not-utf-8"],
  ])("that are %s are named, and not quoted", async (_name, body, kind) => {
    const error = await failureOf(read(body));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: `unreadable-answer-${kind}`, status: 200, effect: "none" });
    expect(error).toMatchObject({
      message: expect.stringMatching(/^Expected JSON about thing 1 from api\.example, got .* with status 200$/),
    });
    expect(shown(error)).not.toContain("canary");
  });

  test("may begin with a byte order mark of UTF-8", async () => {
    expect(await read(bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toEqual({});
  });

  test("that break off are told apart from time-outs", async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.error(new TypeError("terminated")),
    });
    const { send } = sender(async () => new Response(body, { status: 202 }));
    const call = changeCall();
    const answer = await send(call);
    expect(answer).toMatchObject({ status: 202, problem: "cut-off" });
    expect(() => jsonOf(answer, call)).toThrow(expect.objectContaining({ effect: "possible" }));
  });
});

describe("network failures", () => {
  const failing = (cause: unknown) =>
    sender(async () => {
      throw new TypeError("fetch failed canary-token-4711", { cause });
    }).send;
  const coded = (code: string) => Object.assign(new Error(`${code} canary-token-4711`), { code });

  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"])(
    "%s proves that nothing was sent",
    async (code) => {
      const error = await failureOf(failing(coded(code))(changeCall({ secretHeader })));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).toMatchObject({ code: "unreachable", effect: "none" });
      expect(shown(error)).toContain(code);
    },
  );

  test.each(["ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "UND_ERR_SOCKET", "UND_ERR_HEADERS_TIMEOUT"])(
    "%s leaves the effect of a creating call possible",
    async (code) => {
      const error = await failureOf(failing(coded(code))(changeCall({ secretHeader })));
      expect(error).toMatchObject({ code: "connection-lost", effect: "possible" });
      expect(shown(error)).not.toContain("canary");
    },
  );

  test("without a code leave it possible, and quote nothing", async () => {
    const error = await failureOf(failing(undefined)(changeCall()));
    expect(error).toMatchObject({ effect: "possible" });
    expect(shown(error)).not.toContain("canary");
  });

  test("of several addresses prove something only together", async () => {
    const all = new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")]);
    expect(await failureOf(failing(all)(changeCall()))).toMatchObject({ effect: "none" });
    const mixed = new AggregateError([coded("ECONNREFUSED"), coded("ECONNRESET")]);
    expect(await failureOf(failing(mixed)(changeCall()))).toMatchObject({ effect: "possible" });
    const odd = new AggregateError([coded("ECONNREFUSED"), new Error("odd")]);
    expect(await failureOf(failing(odd)(changeCall()))).toMatchObject({ effect: "possible" });
  });

  test("of reads have no effect", async () => {
    expect(await failureOf(failing(coded("ECONNRESET"))(readCall()))).toMatchObject({ effect: "none" });
  });
});

describe("answers", () => {
  test("carry the request's id and what Retry-After asks for", async () => {
    const headers = { "x-ms-request-id": "4f2a-1", "retry-after": "7" };
    const { fetch } = answering(() => new Response("{}", { status: 429, headers }));
    expect(await sender(fetch).send(readCall())).toMatchObject({
      requestId: "4f2a-1",
      retryAfterMs: 7_000,
      status: 429,
    });
  });

  test("carry no id that holds what was sent, or free text", async () => {
    for (const id of ["echo-canary-token-4711", "not an id at all", "x".repeat(200)]) {
      const { fetch } = answering(() => new Response("{}", { headers: { "request-id": id } }));
      expect(await sender(fetch).send(readCall({ secretHeader }))).not.toHaveProperty("requestId");
    }
  });

  test("show text without the secrets that were sent", async () => {
    const { fetch } = answering(() => new Response("{}"));
    const { show } = await sender(fetch).send(readCall({ secretHeader }));
    expect(show("you sent canary-token-4711")).toBe("you sent [removed]");
  });
});

describe.each<{ name: string; fetch: Fetch | undefined }>([
  { name: "the network", fetch: undefined },
  { name: "a fetch handler", fetch: (request) => globalThis.fetch(request) },
])("over loopback, through $name", ({ name, fetch }) => {
  let close = () => {};
  afterEach(() => close());

  async function listen(handler: RequestListener) {
    const server = createServer(handler).listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    close = () => {
      server.close();
      server.closeAllConnections();
    };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url,
      ...sender(fetch, { origins: new Set([url]), secretsTo: url, startTimer: systemTimer }),
    };
  }

  test.each([200, 202, 302, 307, 308, 400, 401, 408, 409, 421, 425, 429, 500, 502, 503, 504])(
    "a creating call is one HTTP request, whatever the answer: %i",
    async (status) => {
      const bodies: string[] = [];
      const { url, send } = await listen((request, response) => {
        let body = "";
        request.on("data", (piece) => {
          body += piece;
        });
        request.on("end", () => {
          bodies.push(
            `${request.headers["content-length"]} ${request.headers["transfer-encoding"] ?? "plain"} ${body}`,
          );
          response.writeHead(status, { location: "/again" }).end();
        });
      });
      await send(changeCall({ url: `${url}/create` })).catch(() => {});
      expect(bodies).toEqual(["3 plain [1]"]);
    },
  );

  test.runIf(name === "the network")(
    "a token in a header may be longer than the headers of most services",
    async () => {
      const long = "t".repeat(30_000);
      const { url, send } = await listen((_request, response) =>
        response.writeHead(201, { "x-token": long }).end("{}"),
      );
      const answer = await send(readCall({ url, tokenHeader: "x-token" }));
      expect(answer.token?.reveal()).toBe(long);
      expect(answer.show(`got ${long}`)).not.toContain("ttt");
    },
  );

  test("a refused connection proves that nothing was sent", async () => {
    const { url, send } = await listen(() => {});
    close();
    expect(await failureOf(send(changeCall({ url })))).toMatchObject({ effect: "none", code: "unreachable" });
  });

  test("a connection that breaks before the answer leaves the effect possible", async () => {
    const { url, send } = await listen((request) => request.socket.destroy());
    expect(await failureOf(send(changeCall({ url })))).toMatchObject({ effect: "possible", code: "connection-lost" });
  });

  test("a body that breaks off is noticed", async () => {
    const { url, send } = await listen((_request, response) => {
      response.writeHead(202, { "content-length": "100" });
      response.write('{"OperationId":', () => response.destroy());
    });
    expect(await send(changeCall({ url }))).toMatchObject({ status: 202, problem: "cut-off" });
  });

  test("a compressed body counts by what it unpacks to", async () => {
    const { gzipSync } = await import("node:zlib");
    const packed = gzipSync(Buffer.alloc(4 * 1024 * 1024, 32));
    const { url, send } = await listen((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
    });
    expect(packed.byteLength).toBeLessThan(64 * 1024);
    // Nothing packed is asked for over the network: what comes packed all the same is not read.
    const problem = name === "the network" ? "not-utf-8" : "too-large";
    expect(await send(readCall({ url }))).toMatchObject({ problem });
  });

  test("a body above the bound is not read to its end", async () => {
    const { url, send } = await listen((_request, response) => {
      response.writeHead(200);
      const more = () => response.write("x".repeat(65_536), () => response.destroyed || more());
      more();
    });
    expect(await send(readCall({ url }))).toMatchObject({ problem: "too-large" });
  });

  test("a read goes on over a kept connection that the server has closed meanwhile", async () => {
    let asked = 0;
    const { url, send } = await listen((request, response) => {
      asked += 1;
      if (asked === 2) request.socket.destroy();
      else response.end("{}");
    });
    await send(readCall({ url }));
    if (name === "the network") expect(await send(readCall({ url }))).toMatchObject({ status: 200, text: "{}" });
  });

  test("a creating call that breaks is not sent again", async () => {
    let asked = 0;
    const { url, send } = await listen((request, response) => {
      asked += 1;
      if (asked > 1) request.socket.destroy();
      else response.end("{}");
    });
    await send(readCall({ url }));
    expect(await failureOf(send(changeCall({ url })))).toMatchObject({ effect: "possible" });
    expect(asked).toBe(2);
  });
});
