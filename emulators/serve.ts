import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BodyTooLarge, type Limits, LoopbackRequest } from "./loopback-request.ts";
import { spelledHeaders } from "./spelled-headers.ts";

export type FetchHandler = (request: Request) => Response | Promise<Response>;

export interface ServeOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** A request with a longer body is answered 413 and its connection closed; default 16 MiB. */
  readonly maxBodyBytes?: number;
  /** Told why a handler rejected. Without it a dropped connection on purpose and a mistake look the same. */
  readonly onRejected?: (error: unknown) => void;
}

export interface LoopbackServer {
  /** Origin without a slash at the end, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Stops listening and breaks every open connection. */
  close(): Promise<void>;
}

/** Longer than clients keep an idle connection, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 60_000;
/** Longer bodies are not worth copying. */
const MAX_JOINED_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Serves a fetch handler on 127.0.0.1 only. A handler that rejects breaks the connection, and so does a body stream that fails;
 * `request.signal` aborts when the client goes away.
 */
export async function serveOnLoopback(handler: FetchHandler, options: ServeOptions = {}): Promise<LoopbackServer> {
  const limits = { origin: "", maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    answer(handler, incoming, outgoing, limits).catch((error: unknown) => {
      if (error instanceof BodyTooLarge && !outgoing.headersSent) refuseBody(outgoing);
      else incoming.socket.destroy();
      if (!(error instanceof BodyTooLarge)) options.onRejected?.(error);
    });
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  await listening;
  // A server on a port has an address with a port; the union of Node's types also covers pipes.
  limits.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: limits.origin,
    close: () =>
      new Promise((done, failed) => {
        server.close((error) => (error ? failed(error) : done()));
        server.closeAllConnections();
      }),
  };
}

/** Waits on a real timer, for emulators that take their delay injected. Rejects when the signal aborts. */
export async function delayOnTimer(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}

async function answer(
  handler: FetchHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  limits: Limits,
): Promise<void> {
  if (Number(incoming.headers["content-length"] ?? 0) > limits.maxBodyBytes) throw new BodyTooLarge();
  const request = new LoopbackRequest(incoming, limits);
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) request.clientLeft();
  });
  await send(await handler(request), outgoing);
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(spelledHeaders(response));
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  // Undefined lets Node write the usual text.
  outgoing.writeHead(response.status, response.statusText || undefined, headers);
  if (response.body === null) outgoing.end();
  // Only a body of known length is waited for as a whole; one without may be endless and is passed on piece by piece.
  else if (response.headers.has("content-length")) end(outgoing, Buffer.from(await response.arrayBuffer()));
  else await stream(response.body, outgoing);
}

/** As a Latin-1 string the bytes stay what they are, and Node joins them to the head: one write in place of a slower `writev`. */
function end(outgoing: ServerResponse, bytes: Buffer): void {
  if (bytes.length > MAX_JOINED_BYTES) outgoing.end(bytes);
  else outgoing.end(bytes.toString("latin1"), "latin1");
}

async function stream(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  // A client that leaves ends the wait for a next piece that may never come. Cancelling what has failed already fails too: no news.
  outgoing.once("close", () => reader.cancel().catch(() => undefined));
  outgoing.flushHeaders();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (outgoing.write(piece.value) || outgoing.destroyed) continue;
    const { promise: writable, resolve } = Promise.withResolvers<void>();
    outgoing.once("drain", resolve).once("close", resolve);
    await writable;
  }
  outgoing.end();
}

function refuseBody(outgoing: ServerResponse): void {
  outgoing.writeHead(413, { "content-type": "text/plain", connection: "close" });
  outgoing.end("Payload Too Large");
}
