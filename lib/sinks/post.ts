import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { PermanentError } from "../contracts/errors.ts";
import { type Address, permittedAddresses, type Resolve } from "./guard.ts";
import { type After, startTimeLimit, type TimeLimit } from "./time-limit.ts";

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the first look at the name to the end of the answer. */
  readonly timeoutMs: number;
  readonly allowPrivateAddresses: boolean;
}

export type Posted =
  /** `bytes` of the answer's body were read and thrown away. */
  | { readonly kind: "answered"; readonly status: number; readonly bytes: number; readonly retryAfter?: string }
  /** `why` fits after "got" and holds nothing that the receiver said. */
  | { readonly kind: "failed"; readonly why: string }
  /** The caller ended it. */
  | { readonly kind: "interrupted" };

/** Sends exactly one request, to an address that was checked, and never rejects. */
export type Post = (request: PostRequest, signal: AbortSignal) => Promise<Posted>;

export interface PostOptions {
  readonly resolve: Resolve;
  readonly after: After;
  /** Certificates to trust instead of the usual ones. */
  readonly ca?: string;
}

/** Bytes of an answer that are read: more would only be thrown away. */
export const answerMaxBytes = 16 * 1024;

export function createPost({ resolve, after, ca }: PostOptions): Post {
  return async (request, signal) => {
    const limit = startTimeLimit(signal, request.timeoutMs, after);
    try {
      const url = new URL(request.url);
      const addresses = await limit.until(permittedAddresses(url.hostname, resolve, request.allowPrivateAddresses));
      const response = await send(url, request, { addresses, ca, signal: limit.signal });
      return await answered(response, limit);
    } catch (error) {
      return failure(error, limit, request.timeoutMs);
    } finally {
      limit.close();
    }
  };
}

interface Connection {
  readonly addresses: readonly [Address, ...Address[]];
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

function send(url: URL, request: PostRequest, { addresses, ca, signal }: Connection): Promise<IncomingMessage> {
  const { headers, body } = request;
  const options: RequestOptions & { readonly rejectUnauthorized: true; readonly ca?: string } = {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    // A connection of its own: a kept one may be closing, and would have to be checked again for where it leads.
    agent: false,
    lookup: pinnedTo(addresses),
    signal,
    // Said here so that no variable of the environment can turn it off.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = url.protocol === "https:" ? requestHttps(url, options) : requestHttp(url, options);
  outgoing.on("response", resolve);
  outgoing.on("error", reject);
  outgoing.on("close", () => reject(new Error("The connection was closed")));
  outgoing.end(body);
  return promise;
}

/** Answers with what was checked, whatever the name means by now. */
function pinnedTo(addresses: readonly [Address, ...Address[]]): LookupFunction {
  return (_host, { all }, callback) => {
    if (all === true) callback(null, [...addresses]);
    else callback(null, addresses[0].address, addresses[0].family);
  };
}

/** Once there is a status, nothing about the body changes it. */
function answered(response: IncomingMessage, limit: TimeLimit): Promise<Posted> {
  const { statusCode: status = 0, headers } = response;
  const { promise, resolve } = Promise.withResolvers<Posted>();
  let bytes = 0;
  const finish = () => {
    const retryAfter = headers["retry-after"];
    resolve({ kind: "answered", status, bytes, ...(retryAfter === undefined ? {} : { retryAfter }) });
    response.destroy();
  };
  response.on("data", (piece: Buffer) => {
    bytes = Math.min(answerMaxBytes, bytes + piece.byteLength);
    if (bytes >= answerMaxBytes) finish();
  });
  for (const end of ["end", "error", "close"]) response.on(end, finish);
  limit.signal.addEventListener("abort", finish, { once: true });
  if (limit.signal.aborted) finish();
  return promise;
}

function failure(error: unknown, limit: TimeLimit, timeoutMs: number): Posted {
  const ended = limit.ended();
  if (ended === "interrupted") return { kind: "interrupted" };
  if (ended === "timed-out") return { kind: "failed", why: `no answer within ${timeoutMs} ms` };
  // Ours; messages of others may quote a header.
  if (error instanceof PermanentError) return { kind: "failed", why: error.message };
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return { kind: "failed", why: /^[A-Z][A-Z0-9_]{1,59}$/.test(code) ? code : "a broken connection" };
}
