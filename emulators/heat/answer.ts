import { keepSpelling } from "../spelled-headers.ts";
import { pythonJson } from "./python-json.ts";

export type Header = readonly [name: string, value: string];

/** What a route answers, still as data, so that a fault can take its place. */
export interface Answer {
  readonly status: number;
  /** Only where it is not the usual text. */
  readonly statusText?: string;
  readonly headers: readonly Header[];
  readonly text: string | Uint8Array<ArrayBuffer>;
}

export const JSON_TYPE: Header = ["Content-Type", "application/json"];

/** Statuses that HTTP forbids a body for. */
const BODILESS = new Set([204, 205, 304]);

export function json(status: number, value: unknown, headers: readonly Header[] = []): Answer {
  return text(status, pythonJson(value), [...headers, JSON_TYPE]);
}

/** `Content-Length` follows the headers given, as everywhere at these services. */
export function text(status: number, body: string, headers: readonly Header[]): Answer {
  return { status, headers: [...headers, ["Content-Length", String(Buffer.byteLength(body))]], text: body };
}

export function toResponse(answer: Answer, method: string): Response {
  const { status, statusText = STATUS_TEXTS[status] ?? "", headers } = answer;
  const bodiless = BODILESS.has(status) || method === "HEAD" || answer.text.length === 0;
  const body = bodiless ? null : answer.text;
  const response = new Response(body, { status, statusText, headers: headers.map(([name, value]) => [name, value]) });
  return keepSpelling(response, headers);
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  300: "Multiple Choices",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Request Entity Too Large",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

export function titleOf(status: number): string {
  return STATUS_TEXTS[status] ?? `Status ${status}`;
}
