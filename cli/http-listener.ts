import { createServer } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { problemResponse } from "../functions/receive-webhook/problem.ts";
import { ConfigurationError } from "../lib/contracts/errors.ts";
import { closeServer } from "./close-server.ts";

export interface HttpListener {
  /** Where it listens. */
  readonly url: string;
  /** Takes no more requests, and ends the ones that only wait. */
  close(): Promise<void>;
}

/** What a sender may make the process hold, and for how long. */
export interface HttpLimits {
  /** For the request line and the headers: a sender that drips them in is not waited for. */
  readonly headersMs: number;
  /** For the whole request, its body included. */
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly keepAliveMs: number;
  /** Without a byte either way, such as a reader that takes nothing. Longer than any wait, and than the pause between heartbeats. */
  readonly silenceMs: number;
  /** How often the two limits of a request are looked at: a slow sender is held by so much longer. */
  readonly checkEveryMs: number;
  /** Later ones are closed at once: descriptors are also needed for the storage and the clouds. */
  readonly connections: number;
  readonly headers: number;
  /** Request line and headers together. */
  readonly headerBytes: number;
}

const defaultLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 5_000,
  silenceMs: 120_000,
  checkEveryMs: 5_000,
  connections: 1_024,
  headers: 64,
  headerBytes: 16 * 1024,
};

/** Serves clients over HTTP. @throws ConfigurationError when the address cannot be taken */
export async function listenHttp(
  listen: string,
  fetch: (request: Request) => Response | Promise<Response>,
  changed: Partial<HttpLimits> = {},
): Promise<HttpListener> {
  const limits = { ...defaultLimits, ...changed };
  const separator = listen.lastIndexOf(":");
  const host = listen.slice(0, separator).replace(/^\[|\]$/g, "");
  const server = createAdaptorServer({
    fetch: (request, bindings) => (isCrowded(bindings, limits) ? crowded(limits) : fetch(request)),
    // The rest of the process keeps Node's own Request and Response.
    overrideGlobalObjects: false,
    createServer,
    serverOptions: {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.headerBytes,
    },
  });
  if ("setTimeout" in server) server.setTimeout(limits.silenceMs);
  server.maxConnections = limits.connections;
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(Number(listen.slice(separator + 1)), host, resolve);
  try {
    await listening;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new ConfigurationError(
      `Expected to listen on ${listen} (http.listen), got ${code}: name an address of this machine that is free`,
      { code: "listen" },
    );
  }
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: () => closeServer(server),
  };
}

/** Node's own bound leaves headers out silently: what a request then says is not what was sent. */
function isCrowded(bindings: object, { headers }: HttpLimits): boolean {
  return "incoming" in bindings && (bindings as HttpBindings).incoming.rawHeaders.length > 2 * headers;
}

function crowded({ headers }: HttpLimits): Response {
  return problemResponse(431, "too-many-headers", `Expected at most ${headers} headers, got more`, {
    headers: { connection: "close" },
  });
}
