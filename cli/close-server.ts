import type { Server } from "node:http";
import type { createAdaptorServer } from "@hono/node-server";

/** For an answer that is on its way: what it carries may be served once. */
const graceMs = 2_000;
const lookEveryMs = 20;

/** Takes no more requests, lets what is being answered be answered, and then ends what only waits. */
export async function closeServer(server: ReturnType<typeof createAdaptorServer> | Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  if (!("closeAllConnections" in server)) return promise;
  const idle = setInterval(() => server.closeIdleConnections(), lookEveryMs);
  const tooLate = setTimeout(() => server.closeAllConnections(), graceMs);
  await promise.finally(() => {
    clearInterval(idle);
    clearTimeout(tooLate);
  });
}
