import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { Secret } from "../lib/contracts/secret.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandError, usageError } from "./failure.ts";
import { openAnswer } from "./open-answer.ts";
import type { Session } from "./session.ts";
import { Client, type OpenAnswer, type Transport } from "./transport.ts";

/** Longest time without a byte; what waits for something to happen asks for less. */
const idleMs = 60_000;

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
    open({ method, path, headers, body }, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<OpenAnswer>();
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
        resolve(openAnswer(response, (error) => (signal?.aborted ? error : unreachable(url, error))));
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
