import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as SecureAgent } from "node:https";
import type { Attempt } from "./attempt.ts";
import { decoded } from "./body.ts";
import type { Exchange, Exchanged, Outgoing } from "./exchange.ts";

/**
 * The network, on Node's own HTTP client and not on `fetch`: `fetch` repeats a POST by itself after a 421, costs twice the processor
 * time and memory, and 27 ms more of a cold start where an SDK has loaded `node:http` anyway.
 */
const agents = {
  plain: new Agent({ keepAlive: true, maxFreeSockets: 64 }),
  secure: new SecureAgent({ keepAlive: true, maxFreeSockets: 64 }),
};

/** Keystone's token stands in a header of its answer, and with a long catalogue it alone may reach Node's bound of 16 KiB. */
const headersMaxBytes = 64 * 1024;

export const exchangeOverNetwork: Exchange = async (url, outgoing, attempt, maxBytes) => {
  const first = send(url, outgoing, attempt, !outgoing.changes);
  try {
    return await collect(await first.response, attempt, maxBytes);
  } catch (error) {
    // The server had closed the idle connection: nothing was answered, and a read can simply be asked again.
    if (outgoing.changes || !first.request.reusedSocket || attempt.ended() !== undefined) throw error;
    return collect(await send(url, outgoing, attempt, false).response, attempt, maxBytes);
  }
};

interface Sent {
  readonly request: ClientRequest;
  readonly response: Promise<IncomingMessage>;
}

/** @param reuse a kept connection; one that the server is just closing would make an effect doubtful without need */
function send(url: URL, { method, headers, body }: Outgoing, { signal }: Attempt, reuse: boolean): Sent {
  const secure = url.protocol === "https:";
  const agent = reuse ? (secure ? agents.secure : agents.plain) : false;
  const init = { method, headers, agent, signal, maxHeaderSize: headersMaxBytes };
  const request = (secure ? requestHttps : requestHttp)(url, init);
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.on("response", resolve);
    request.on("error", reject);
  });
  request.end(body);
  return { request, response };
}

/** Never rejects: once there is a status, what happens to the body is a problem of the body. */
function collect(response: IncomingMessage, attempt: Attempt, maxBytes: number): Promise<Exchanged> {
  const { statusCode: status = 0 } = response;
  const headers = { get: (name: string) => headerOf(response, name) };
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    response.on("data", (piece: Buffer) => {
      bytes += piece.byteLength;
      pieces.push(piece);
      if (bytes <= maxBytes) return;
      resolve({ status, headers, text: "", problem: "too-large" });
      response.destroy();
    });
    response.on("end", () => {
      const [only] = pieces;
      resolve({ status, headers, ...decoded(only && pieces.length === 1 ? only : Buffer.concat(pieces), maxBytes) });
    });
    const broken = () => resolve({ status, headers, text: "", problem: attempt.ended() ?? "cut-off" });
    response.on("error", broken);
    response.on("close", broken);
  });
}

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : (value ?? null);
}
