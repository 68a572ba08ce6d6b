import { droppedConnection } from "../connection.ts";

/** What a route answers, still as data, so that a fault can spoil it before it becomes a `Response`. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The connection breaks after the text. */
  readonly breaksOff?: boolean;
}

export const JSON_TYPE = "application/json; charset=utf-8";

/** Statuses that HTTP forbids a body for. */
const BODILESS = new Set([204, 205, 304]);

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "content-type": JSON_TYPE, ...headers }, text: JSON.stringify(value) };
}

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, text: "" };
}

export function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

export function titleOf(status: number): string {
  return TITLES[status] ?? `Status ${status}`;
}

export function toResponse(answer: Answer): Response {
  const init = { status: answer.status, headers: answer.headers };
  if (answer.breaksOff) return new Response(breakingOff(answer.text), init);
  if (BODILESS.has(answer.status)) return new Response(null, init);
  // The length lets a server send the body in one piece without asking the stream for its end first.
  const length = String(Buffer.byteLength(answer.text));
  // Null, as an empty string would be given a content type.
  return new Response(answer.text === "" ? null : answer.text, {
    ...init,
    headers: { ...answer.headers, "content-length": length },
  });
}

function breakingOff(text: string): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    // The error comes with the second pull: an error raised at once would throw the first half away.
    pull(controller) {
      if (sent) controller.error(droppedConnection());
      else controller.enqueue(new TextEncoder().encode(text));
      sent = true;
    },
  });
}
