import type { HttpRequest, HttpResponseInit } from "@azure/functions";

/**
 * The request as the application takes it, with its body byte for byte: signatures cover bytes.
 * @throws TypeError when no request can be made of it
 */
export function requestOf({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Request {
  const sent = body === null || method === "GET" || method === "HEAD" ? {} : { body, duplex: "half" };
  return new Request(url, { method, headers: [...headers] as [string, string][], signal, ...sent } as RequestInit);
}

/** The answer, whole: nothing is streamed. */
export async function answerOf(response: Response): Promise<HttpResponseInit> {
  const body = new Uint8Array(await response.arrayBuffer());
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), ...(body.length > 0 ? { body } : {}) };
}
