import type { IncomingMessage } from "node:http";
import type { OpenAnswer } from "./transport.ts";

/** Node's answer as a transport's. @param failure what a broken connection is told as */
export function openAnswer(response: IncomingMessage, failure: (error: Error) => Error): OpenAnswer {
  return {
    status: response.statusCode ?? 0,
    header(name) {
      const value = response.headers[name];
      return typeof value === "string" ? value : undefined;
    },
    body: piecesOf(response, failure),
  };
}

async function* piecesOf(response: IncomingMessage, failure: (error: Error) => Error): AsyncGenerator<Uint8Array> {
  try {
    yield* response;
  } catch (error) {
    throw error instanceof Error ? failure(error) : error;
  }
}
