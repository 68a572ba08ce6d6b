import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { Secret } from "../lib/contracts/secret.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandError, usageError } from "./failure.ts";
import type { Session } from "./session.ts";
import { Client, type Transport, type TransportAnswer } from "./transport.ts";

/** Longest time without a byte; what waits for something to happen asks for less. */
const idleMs = 60_000;
const maxBytes = 64 * 1024 * 1024;

/** A deployed system, over the network, as a client of it. */
export function remoteSession(url: string, token: Secret | undefined, user: string): Session {
  if (!token) {
    throw usageError(
      `Expected DROVER_TOKEN with a bearer token for ${url}, got none: drover clients token makes one for its configuration`,
    );
  }
  return {
    client: new Client(remoteTransport(url, token), `cli:${user}`),
    isRunning: true,
    work: async () => undefined,
    close: async () => undefined,
  };
}

function remoteTransport(base: string, token: Secret): Transport {
  return {
    send({ method, path, headers, body }, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<TransportAnswer>();
      const url = new URL(`${base}${path}`);
      const text = body instanceof Secret ? body.reveal() : body;
      const length = text === undefined ? {} : { "content-length": Buffer.byteLength(text) };
      const request = (url.protocol === "https:" ? secureRequest : plainRequest)(url, {
        method,
        headers: { ...headers, ...length, authorization: `Bearer ${token.reveal()}` },
        timeout: idleMs,
        ...(signal ? { signal } : {}),
      });
      const fail = (error: Error) => reject(signal?.aborted ? error : unreachable(url, error));
      request.once("timeout", () => request.destroy(new Error(`nothing within ${idleMs / 1000} s`)));
      request.once("error", fail);
      request.once("response", (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.byteLength;
          if (bytes > maxBytes) response.destroy(new Error("a longer answer than any that is expected"));
          else chunks.push(chunk);
        });
        response.once("error", fail);
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
            retryAfter: response.headers["retry-after"],
          }),
        );
      });
      request.end(text);
      return promise;
    },
  };
}

function unreachable({ origin }: URL, error: Error): CommandError {
  const found = "code" in error ? String(error.code) : error.message;
  return new CommandError(
    `Expected an answer from ${origin} (DROVER_URL), got ${found}: look whether it runs and can be reached from here`,
    exitCodes.unavailable,
    "no-answer",
  );
}
