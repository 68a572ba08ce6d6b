import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** Answers that may be sent as text; all others, archives among them, are sent in base64. */
const textual = /^(?:text\/|application\/(?:[\w.+-]+\+)?json\b)/i;

/**
 * The request of an HTTP API (payload version 2.0), with its body byte for byte: signatures cover bytes.
 * @throws TypeError when no request can be made of it
 */
export function requestOf(event: APIGatewayProxyEventV2, signal: AbortSignal): Request {
  const { rawPath, rawQueryString, headers, cookies = [], body, isBase64Encoded, requestContext } = event;
  const { stage, domainName, http } = requestContext;
  const inStage = stage === "$default" ? "" : `/${stage}`;
  const path = rawPath.startsWith(`${inStage}/`) ? rawPath.slice(inStage.length) : rawPath;
  // The path comes decoded: what would end it has to stand for itself.
  const url = new URL(`https://${domainName}`);
  url.pathname = path.replace(/[?#]/g, encodeURIComponent);
  url.search = rawQueryString;
  const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const all = new Headers(given as [string, string][]);
  if (cookies.length > 0) all.set("cookie", cookies.join("; "));
  const bytes =
    body === undefined || http.method === "GET" || http.method === "HEAD" ? undefined : bytesOf(body, isBase64Encoded);
  return new Request(url, { method: http.method, headers: all, signal, ...(bytes ? { body: bytes } : {}) });
}

const bytesOf = (body: string, isBase64: boolean): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(body, isBase64 ? "base64" : "utf8"));

/** The answer, whole: an HTTP API streams nothing. */
export async function answerOf(response: Response): Promise<APIGatewayProxyStructuredResultV2> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const cookies = response.headers.getSetCookie();
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== "set-cookie"));
  const asText = textual.test(response.headers.get("content-type") ?? "text/plain") && isText(bytes);
  return {
    statusCode: response.status,
    headers,
    ...(cookies.length > 0 ? { cookies } : {}),
    body: bytes.toString(asText ? "utf8" : "base64"),
    isBase64Encoded: !asText,
  };
}

const isText = (bytes: Buffer) => Buffer.from(bytes.toString("utf8")).equals(bytes);
