import { createServer } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { ConfigurationError } from "../lib/contracts/errors.ts";

export interface HttpListener {
  /** Where it listens. */
  readonly url: string;
  /** Takes no more requests, and ends the ones that only wait. */
  close(): Promise<void>;
}

/** A sender that takes longer for its headers, or for all of its request, is not waited for. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const maxConnections = 1_024;
const maxHeaders = 64;

/** Serves clients over HTTP. @throws ConfigurationError when the address cannot be taken */
export async function listenHttp(
  listen: string,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<HttpListener> {
  const separator = listen.lastIndexOf(":");
  const host = listen.slice(0, separator).replace(/^\[|\]$/g, "");
  const server = createAdaptorServer({
    fetch,
    // The rest of the process keeps Node's own Request and Response.
    overrideGlobalObjects: false,
    createServer,
    serverOptions: {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 5_000,
    },
  });
  if ("maxHeadersCount" in server) server.maxHeadersCount = maxHeaders;
  server.maxConnections = maxConnections;
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
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}
