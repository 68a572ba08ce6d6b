import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createAzureSphereEmulator, demoIds, demoScenario } from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer, type FetchHandler, type ServeOptions, serveOnLoopback } from "../../emulators/serve.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(handler: FetchHandler, options?: ServeOptions): Promise<string> {
  const server = await serveOnLoopback(handler, options);
  closers.push(server.close);
  return server.url;
}

async function causeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("Expected a rejection"),
    (error: Error) => error.cause ?? error,
  );
}

/** A bare connection, to see bytes and closings as they are. */
async function open(
  url: string,
): Promise<{ socket: Socket; read(): string; until(there: (received: string) => boolean): Promise<void> }> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  let received = "";
  socket.on("data", (piece) => {
    received += piece.toString();
  });
  const until = async (there: (received: string) => boolean): Promise<void> => {
    while (!there(received)) await once(socket, "data");
  };
  return { socket, read: () => received, until };
}

describe("serving on loopback", () => {
  it("hands over method, address, headers and body, and gives back status, headers and body", async () => {
    const url = await serve(async (request) => {
      expect(request).toBeInstanceOf(Request);
      const seen = [request.method, request.url, request.headers.get("x-a"), await request.text(), request.bodyUsed];
      return Response.json(seen, {
        status: 418,
        headers: [
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
        ],
      });
    });
    const response = await fetch(`${url}/p?q=1`, { method: "POST", body: "grüße", headers: { "x-a": "1" } });
    expect(response.status).toBe(418);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.json()).toEqual(["POST", `${url}/p?q=1`, "1", "grüße", true]);
  });

  it("listens on 127.0.0.1 and on the port it is given", async () => {
    const first = await serveOnLoopback(() => new Response("one"));
    const { port, hostname } = new URL(first.url);
    expect(hostname).toBe("127.0.0.1");
    await expect(serveOnLoopback(() => new Response("two"), { port: Number(port) })).rejects.toThrow("EADDRINUSE");
    await first.close();
    const url = await serve(() => new Response("two"), { port: Number(port) });
    expect(url).toBe(first.url);
    expect(await (await fetch(url)).text()).toBe("two");
  });

  it.each<[string, (request: Request) => Promise<unknown>]>([
    ["json", (request) => request.json()],
    ["arrayBuffer", async (request) => JSON.parse(Buffer.from(await request.arrayBuffer()).toString())],
    ["bytes", async (request) => JSON.parse(new TextDecoder().decode(await request.bytes()))],
    ["a stream", async (request) => new Response(request.body).json()],
    ["a clone", (request) => request.clone().json()],
    ["a blob", async (request) => JSON.parse(await (await request.blob()).text())],
    [
      "a real request made from it",
      (request) => new Request(request.url, { method: "POST", body: request.body, duplex: "half" }).json(),
    ],
  ])("gives the body as %s", async (_what, read) => {
    const url = await serve(async (request) => Response.json(await read(request)));
    const body = JSON.stringify(["x".repeat(100_000), 1]);
    expect(await (await fetch(url, { method: "POST", body })).text()).toBe(body);
  });

  it.each([1_000, 200_000])("gives %i bytes back unchanged", async (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 256);
    const url = await serve(() => new Response(bytes, { headers: { "content-length": String(size) } }));
    expect(await (await fetch(url)).bytes()).toEqual(bytes);
  });

  it("refuses to read a body twice", async () => {
    const url = await serve(async (request) => {
      await request.text();
      return new Response(await request.text().catch(String));
    });
    expect(await (await fetch(url, { method: "POST", body: "x" })).text()).toMatch(/^TypeError: Body is unusable/);
  });

  it("keeps the connection for the next request, also after a body that nobody read", async () => {
    const url = await serve(() => new Response("ok"));
    const { socket, read, until } = await open(url);
    for (let answers = 1; answers <= 3; answers++) {
      socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
      await until((text) => text.split("HTTP/1.1 200 OK").length === answers + 1 && text.endsWith("0\r\n\r\n"));
    }
    expect(read()).not.toContain("400");
    expect(socket.readableEnded).toBe(false);
    socket.destroy();
  });

  it("breaks the connection when the handler rejects, and says why to those who ask", async () => {
    const rejected: unknown[] = [];
    const url = await serve(() => Promise.reject(new Error("gone")), { onRejected: (error) => rejected.push(error) });
    expect(await causeOf(fetch(url))).toMatchObject({ code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) });
    expect(rejected).toMatchObject([{ message: "gone" }]);
  });

  it("breaks the connection when the handler throws or its body stream fails", async () => {
    const broken = (): ReadableStream<Uint8Array> => {
      let pulls = 0;
      return new ReadableStream({
        pull: (controller) =>
          pulls++ === 0 ? controller.enqueue(Buffer.from("half")) : controller.error(new Error("cut")),
      });
    };
    const url = await serve((request) => {
      if (request.url.endsWith("/throw")) throw new Error("at once");
      return new Response(broken());
    });
    expect(await causeOf(fetch(`${url}/throw`))).toHaveProperty("code");
    const response = await fetch(url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
  });

  it("passes a stream on piece by piece", async () => {
    let send: (text: string) => void = () => expect.fail("Expected the stream to have started");
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = (text) => (text === "" ? controller.close() : controller.enqueue(Buffer.from(text)));
      },
    });
    const url = await serve(() => new Response(body));
    const reader = (await fetch(url)).body?.getReader();
    for (const piece of ["one", "two"]) {
      send(piece);
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(piece);
    }
    send("");
    expect(await reader?.read()).toMatchObject({ done: true });
  });

  it("cancels a stream whose client has left", async () => {
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    const url = await serve(() => {
      const start = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
        controller.enqueue(Buffer.from("one"));
      return new Response(new ReadableStream<Uint8Array>({ start, cancel: () => resolve() }));
    });
    const controller = new AbortController();
    const response = await fetch(url, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await cancelled;
  });

  it("aborts the request's signal when the client goes away, and only then", async () => {
    const { promise: reason, resolve } = Promise.withResolvers<unknown>();
    const signals: AbortSignal[] = [];
    const url = await serve((request) => {
      signals.push(request.signal);
      if (request.url.endsWith("/fine")) return new Response("ok");
      return new Promise((_resolve, reject) => {
        request.signal.addEventListener("abort", () => {
          resolve(request.signal.reason);
          reject(request.signal.reason);
        });
      });
    });
    await (await fetch(`${url}/fine`)).text();
    const controller = new AbortController();
    const pending = fetch(`${url}/silent`, { signal: controller.signal });
    while (signals.length < 2) await delayOnTimer(1, new AbortController().signal);
    controller.abort();
    await expect(pending).rejects.toThrow("aborted");
    expect(await reason).toMatchObject({ name: "AbortError" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it("answers 413 to a body over the bound, announced or not", async () => {
    let handled = 0;
    const handler: FetchHandler = async (request) => {
      const text = await request.text();
      handled += 1;
      return new Response(String(text.length));
    };
    const url = await serve(handler, { maxBodyBytes: 1_000 });
    expect(await (await fetch(url, { method: "POST", body: "x".repeat(1_000) })).text()).toBe("1000");
    expect((await fetch(url, { method: "POST", body: "x".repeat(1_001) })).status).toBe(413);
    const body = new Blob(["x".repeat(1_001)]).stream();
    expect((await fetch(url, { method: "POST", body, duplex: "half" })).status).toBe(413);
    expect(handled).toBe(1);
  });

  it("does not take an odd Host header into the address", async () => {
    const url = await serve((request) => new Response(request.url));
    const { socket, until } = await open(url);
    socket.write("GET /a HTTP/1.1\r\nHost: evil@x/y?\r\n\r\n");
    await until((text) => text.includes(`${url}/a`));
    socket.write("GET /b HTTP/1.1\r\nHost: localhost:99\r\n\r\n");
    await until((text) => text.includes("http://localhost:99/b"));
    socket.destroy();
  });

  it("ends open connections when it closes", async () => {
    const server = await serveOnLoopback(({ signal }) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      signal.addEventListener("abort", () => reject(signal.reason));
      return promise;
    });
    const { socket } = await open(server.url);
    const closed = once(socket, "close");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await delayOnTimer(20, new AbortController().signal);
    await server.close();
    await closed;
  });
});

describe("the Azure Sphere emulator on loopback", () => {
  async function start(): Promise<{
    url: string;
    create: (group: string, signal?: AbortSignal) => Promise<Response>;
    emulator: ReturnType<typeof createAzureSphereEmulator>;
  }> {
    const emulator = createAzureSphereEmulator({ now: Date.now, delay: delayOnTimer, scenario: demoScenario() });
    const url = await serve(emulator.fetch);
    const form = {
      grant_type: "client_credentials",
      client_id: demoIds.clientId,
      client_secret: demoIds.clientSecret,
      scope: "https://firstparty.sphere.azure.net/api/.default",
    };
    const tokenUrl = `${url}/${demoIds.directoryId}/oauth2/v2.0/token`;
    const reply = await fetch(tokenUrl, { method: "POST", body: new URLSearchParams(form) });
    const { access_token }: { access_token: string } = JSON.parse(await reply.text());
    const create = (group: string, signal?: AbortSignal): Promise<Response> =>
      fetch(`${url}/v2/tenants/${demoIds.tenantId}/devicegroups/${group}/deployments`, {
        method: "POST",
        headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
        body: JSON.stringify([demoIds.images.app]),
        ...(signal === undefined ? {} : { signal }),
      });
    return { url, create, emulator };
  }

  it("answers create with 202 and an operation of known length", async () => {
    const { create } = await start();
    const response = await create(demoIds.groups.happy);
    expect(response.status).toBe(202);
    expect(response.headers.get("content-length")).not.toBeNull();
    expect(await response.json()).toMatchObject({ OperationType: 5, State: 0 });
  });

  it("destroys the socket for a lost reply, and the create has taken effect", async () => {
    const { create, emulator } = await start();
    expect(await causeOf(create(demoIds.groups.replyLost))).toHaveProperty("code");
    expect(emulator.state.acceptedCreates(demoIds.groups.replyLost)).toBe(1);
    expect((await create(demoIds.groups.replyLost)).status).toBe(202);
  });

  it("lets a client give up on silence and on a slow answer", async () => {
    const { create, emulator } = await start();
    emulator.addFault({ method: "POST", path: `*/${demoIds.groups.happy}/*`, kind: "silence" });
    for (const group of [demoIds.groups.happy, demoIds.groups.slow]) {
      await expect(create(group, AbortSignal.timeout(150))).rejects.toThrow(/timeout/);
    }
    expect(emulator.state.acceptedCreates(demoIds.groups.happy)).toBe(0);
    expect(emulator.state.acceptedCreates(demoIds.groups.slow)).toBe(1);
  });

  it("breaks off in the middle of a body", async () => {
    const { create, emulator } = await start();
    emulator.addFault({ method: "POST", path: "*/deployments", kind: "cut-connection" });
    const response = await create(demoIds.groups.happy);
    expect(response.status).toBe(202);
    await expect(response.text()).rejects.toThrow("terminated");
  });
});
