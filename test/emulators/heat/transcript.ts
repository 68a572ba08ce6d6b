import { readFileSync } from "node:fs";

export interface Transcript {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** Null where no answer came. */
  readonly answer: RecordedAnswer | null;
}

export interface RecordedAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export const transcriptFolder = new URL("../../fixtures/heat-transcripts/", import.meta.url);

export function readTranscript(name: string): Transcript {
  const text = readFileSync(new URL(`${name}.http`, transcriptFolder), "utf8");
  const exchange = text.replace(/^(#.*\n)*\n?/, "");
  const split = exchange.lastIndexOf("\nHTTP/1.1 ");
  const request = message(split < 0 ? exchange : exchange.slice(0, split));
  const [method = "", target = ""] = request.first.split(" ");
  const host = request.headers.find(([header]) => header === "Host")?.[1] ?? "127.0.0.1:8004";
  return {
    name,
    method,
    url: `http://${host}${target}`,
    headers: request.headers.filter(([header]) => header !== "Host" && header !== "Content-Length"),
    body: request.body,
    answer: split < 0 ? null : answer(exchange.slice(split + 1)),
  };
}

function answer(text: string): RecordedAnswer {
  const { first, headers, body } = message(text);
  const [, status = "", statusText = ""] = /^HTTP\/1\.1 (\d+) (.*)$/.exec(first) ?? [];
  return { status: Number(status), statusText, headers, body };
}

function message(text: string): { first: string; headers: (readonly [string, string])[]; body: string } {
  const split = text.indexOf("\n\n");
  const [first = "", ...lines] = (split < 0 ? text : text.slice(0, split)).trimEnd().split("\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)] as const;
  });
  // The file ends a body with a line feed of its own.
  const body = split < 0 ? "" : text.slice(split + 2).replace(/\n$/, "");
  return { first, headers, body };
}
