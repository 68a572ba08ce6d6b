import type { Answer } from "../exchange/answer.ts";
import { type Call, decoded } from "../exchange/call.ts";

/** Answers of the protocol REST-JSON 1.1: plain JSON, the kind of an error in a header. */
export function restJson(value: unknown): Answer {
  return { status: 200, headers: { "content-type": "application/json" }, text: JSON.stringify(value) };
}

export function restError(status: number, type: string, members: Readonly<Record<string, unknown>>): Answer {
  const headers = { "content-type": "application/json", "x-amzn-errortype": type };
  return { status, headers, text: JSON.stringify(members) };
}

/** Times are numbers: seconds since 1970 with a fraction. */
export function epochSeconds(ms: number): number {
  return ms / 1_000;
}

export interface RestRoute<Handle> {
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `{name}` takes one segment. */
  readonly path: string;
  readonly handle: Handle;
}

export interface FoundRoute<Handle> {
  readonly route: RestRoute<Handle>;
  readonly params: ReadonlyMap<string, string>;
}

export function findRoute<Handle>(routes: readonly RestRoute<Handle>[], call: Call): FoundRoute<Handle> | null {
  const parts = call.url.pathname.split("/");
  for (const route of routes) {
    const params = route.method === call.method ? paramsOf(route.path.split("/"), parts) : null;
    if (params !== null) return { route, params };
  }
  return null;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): ReadonlyMap<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params = new Map<string, string>();
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (wanted.startsWith("{") && part !== "") params.set(wanted.slice(1, -1), decoded(part));
    else if (wanted !== part) return null;
  }
  return params;
}
