import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { kindOf } from "../../lib/sinks/guard.ts";
import { createPost, type Posted, type PostRequest } from "../../lib/sinks/post.ts";
import { systemResolve } from "../../lib/sinks/resolve.ts";
import { ManualTime } from "../platforms/local/manual-time.ts";
import { certificateFor } from "./certificate.ts";

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    if ("closeAllConnections" in server && typeof server.closeAllConnections === "function")
      server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function receiver(answer: RequestListener = (_request, response) => response.end("thanks")) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    let body = "";
    for await (const piece of request) body += piece;
    seen.push({ method, path, headers, body });
    answer(request, response);
  });
  return { seen, port: await listening(server) };
}

/** Answers each look at a name with the next list, and then with the last again. */
function resolving(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return answers[Math.min(asked.length, answers.length) - 1] ?? [];
  };
  return { asked, resolve };
}

const requestTo = (url: string, over: Partial<PostRequest> = {}): PostRequest => ({
  url,
  headers: { "content-type": "application/json", "webhook-id": "a" },
  body: '{"a":"ö"}',
  timeoutMs: 15_000,
  allowPrivateAddresses: true,
  ...over,
});

function sender(
  options: { readonly resolve?: (host: string) => Promise<readonly string[]>; readonly ca?: string } = {},
) {
  const time = new ManualTime();
  const { resolve = resolving(["127.0.0.1"]).resolve, ca } = options;
  const post = createPost({ resolve, after: (ms, done) => time.after(ms, done), ...(ca === undefined ? {} : { ca }) });
  const controller = new AbortController();
  return { time, controller, post: (request: PostRequest) => post(request, controller.signal) };
}

/** Resolves when a client of this process has read the head of an answer. */
function nextResponse(): Promise<void> {
  return new Promise((resolve) => {
    const heard = () => {
      unsubscribe("http.client.response.finish", heard);
      resolve();
    };
    subscribe("http.client.response.finish", heard);
  });
}

const answeredWith = (posted: Posted) => (posted.kind === "answered" ? posted.status : posted);

describe("one POST", () => {
  test("sends headers and body, under the name and to the address that was checked", async () => {
    const { seen, port } = await receiver();
    const { asked, resolve } = resolving(["127.0.0.1"]);
    const { post, time } = sender({ resolve });
    expect(await post(requestTo(`http://crm.test:${port}/hooks?token=1`))).toEqual({
      kind: "answered",
      status: 200,
      bytes: 6,
    });
    expect(asked).toEqual(["crm.test"]);
    expect(seen).toMatchObject([{ method: "POST", path: "/hooks?token=1", body: '{"a":"ö"}' }]);
    expect(seen[0]?.headers).toMatchObject({ host: `crm.test:${port}`, "content-length": "10", "webhook-id": "a" });
    expect(time.waiting).toEqual([]);
  });

  test("looks a name up once: what it means afterwards does not count", async () => {
    const { seen, port } = await receiver();
    const rebinding = resolving(["127.0.0.1"], ["169.254.169.254"]);
    expect(answeredWith(await sender(rebinding).post(requestTo(`http://rebind.test:${port}/`)))).toBe(200);
    expect(rebinding.asked).toHaveLength(1);
    expect(seen).toHaveLength(1);
  });

  test("of a name that turns private is refused at the next delivery", async () => {
    const { seen, port } = await receiver();
    const { asked, resolve } = resolving(["8.8.8.8", "127.0.0.1"]);
    const posted = await sender({ resolve }).post(
      requestTo(`http://rebind.test:${port}/`, { allowPrivateAddresses: false }),
    );
    expect(posted).toMatchObject({ kind: "failed", why: expect.stringContaining("a loopback address (127.0.0.1)") });
    expect(asked).toHaveLength(1);
    expect(seen).toHaveLength(0);
  });

  test.each(["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.1"])("to %s needs permission", async (host) => {
    const { seen, port } = await receiver();
    const { post } = sender({ resolve: systemResolve() });
    const closed = await post(requestTo(`http://${host}:${port}/`, { allowPrivateAddresses: false }));
    expect(closed).toMatchObject({ kind: "failed", why: expect.stringContaining("a loopback address") });
    expect(seen).toHaveLength(0);
    expect(answeredWith(await post(requestTo(`http://${host}:${port}/`)))).toBe(200);
  });

  test.each([301, 302, 303, 307, 308])("does not follow a redirect (%i)", async (status) => {
    const other = await receiver();
    const { seen, port } = await receiver((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${other.port}/` }).end(),
    );
    expect(answeredWith(await sender().post(requestTo(`http://crm.test:${port}/`)))).toBe(status);
    expect([seen.length, other.seen.length]).toEqual([1, 0]);
  });

  test("reads 16 KiB of an answer and then hangs up", async () => {
    const closed = Promise.withResolvers<void>();
    const { port } = await receiver((request, response) => {
      request.socket.on("close", () => closed.resolve());
      const flood = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
      };
      response.on("drain", flood);
      flood();
    });
    expect(await sender().post(requestTo(`http://crm.test:${port}/`))).toEqual({
      kind: "answered",
      status: 200,
      bytes: 16 * 1024,
    });
    await closed.promise;
  });

  test("hands on what the receiver asks for", async () => {
    const { port } = await receiver((_request, response) => response.writeHead(429, { "retry-after": "7" }).end());
    expect(await sender().post(requestTo(`http://crm.test:${port}/`))).toMatchObject({ status: 429, retryAfter: "7" });
  });
});

describe("the time-out", () => {
  test("ends a receiver that says nothing", async () => {
    const arrived = Promise.withResolvers<void>();
    const port = await listening(createSocketServer((socket) => socket.once("data", () => arrived.resolve())));
    const { post, time } = sender();
    const posted = post(requestTo(`http://crm.test:${port}/`));
    await arrived.promise;
    await time.advance(14_999);
    expect(time.waiting).toHaveLength(1);
    await time.advance(1);
    expect(await posted).toEqual({ kind: "failed", why: "no answer within 15000 ms" });
  });

  test("ends a name server that says nothing", async () => {
    const { post, time } = sender({ resolve: () => new Promise(() => {}) });
    const posted = post(requestTo("https://crm.test/"));
    await time.advance(15_000);
    expect(await posted).toEqual({ kind: "failed", why: "no answer within 15000 ms" });
  });

  test("does not undo a status that has come, however slowly its body drips", async () => {
    const port = await listening(
      createSocketServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.write("HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nabc"));
      }),
    );
    const { post, time } = sender();
    const begun = nextResponse();
    const posted = post(requestTo(`http://crm.test:${port}/`));
    await begun;
    await time.advance(15_000);
    expect(await posted).toMatchObject({ kind: "answered", status: 202 });
  });

  test("is not what a stopping host is reported as", async () => {
    const arrived = Promise.withResolvers<void>();
    const port = await listening(createSocketServer((socket) => socket.once("data", () => arrived.resolve())));
    const { post, time, controller } = sender();
    const posted = post(requestTo(`http://crm.test:${port}/`));
    await arrived.promise;
    controller.abort();
    expect(await posted).toEqual({ kind: "interrupted" });
    expect(await post(requestTo(`http://crm.test:${port}/`))).toEqual({ kind: "interrupted" });
    expect(time.waiting).toEqual([]);
  });
});

describe("failures", () => {
  test("before a connection are named by their code", async () => {
    const gone = await new Promise<number>((resolve) => {
      const server = createSocketServer().listen(0, "127.0.0.1", () => {
        const { port: free } = server.address() as AddressInfo;
        server.close(() => resolve(free));
      });
    });
    expect(await sender().post(requestTo(`http://crm.test:${gone}/`))).toEqual({ kind: "failed", why: "ECONNREFUSED" });
    const failing = () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" }));
    const { post } = sender({ resolve: failing });
    expect(await post(requestTo("https://crm.test/"))).toEqual({ kind: "failed", why: "ENOTFOUND" });
  });

  test.each([
    ["a closed connection", ""],
    ["no HTTP", "220 mail.test ESMTP\r\n"],
    ["endless headers", `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(20_000)}`],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"],
  ])("of a receiver that answers with %s say nothing of what it said", async (_what, text) => {
    const port = await listening(
      createSocketServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.end(text));
      }),
    );
    const posted = await sender().post(requestTo(`http://crm.test:${port}/`));
    expect(posted).toEqual({ kind: "failed", why: expect.stringMatching(/^([A-Z][A-Z0-9_]+|a broken connection)$/) });
  });

  test("of a header that cannot be sent do not quote it", async () => {
    const { post } = sender();
    const posted = await post(requestTo("http://crm.test:9/", { headers: { "webhook-signature": "v1,secret\n" } }));
    expect(posted).toEqual({ kind: "failed", why: "ERR_INVALID_CHAR" });
  });
});

describe("TLS", () => {
  async function secureReceiver(host: string) {
    const certificate = certificateFor(host);
    const seen: (string | false | null)[] = [];
    const server = createSecureServer(certificate, (request, response) => {
      seen.push("servername" in request.socket ? String(request.socket.servername) : null);
      request.resume();
      response.end();
    });
    return { seen, ca: certificate.cert, port: await listening(server) };
  }

  test("verifies the name of the URL, although it connects to an address", async () => {
    const { seen, ca, port } = await secureReceiver("crm.test");
    expect(answeredWith(await sender({ ca }).post(requestTo(`https://crm.test:${port}/`)))).toBe(200);
    expect(seen).toEqual(["crm.test"]);
    expect(await sender({ ca }).post(requestTo(`https://other.test:${port}/`))).toEqual({
      kind: "failed",
      why: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });

  test("refuses a certificate that nobody vouches for, whatever the environment says", async () => {
    const { seen, port } = await secureReceiver("crm.test");
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    const posted = await sender().post(requestTo(`https://crm.test:${port}/`));
    expect(posted).toEqual({ kind: "failed", why: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(seen).toEqual([]);
  });
});

describe("the machine's resolver", () => {
  test("shares a lookup that is under way", async () => {
    const resolve = systemResolve();
    const [first, second] = [resolve("localhost"), resolve("localhost")];
    expect(first).toBe(second);
    expect((await first).every((address) => kindOf(address) === "loopback")).toBe(true);
    expect(resolve("localhost")).not.toBe(first);
  });
});
