import type { Answer } from "./answer.ts";

/** A request as it arrived, its body read. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly atMs: number;
}

/** The refusal of a call, or what carries it out at a given time: a late landing is admitted now and carried out later. */
export type Admission = { readonly refusal: Answer } | { readonly carryOut: (atMs: number) => Answer };

/** The body as JSON; undefined when it is none. */
export function jsonBody({ body }: Call): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** An object's fields, or null for anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;
}

/** The bearer token of the call, or null. */
export function bearerOf({ headers }: Call): string | null {
  const [scheme, token] = (headers.get("authorization") ?? "").split(" ");
  return scheme?.toLowerCase() === "bearer" && token ? token : null;
}

/** A segment that is no valid percent encoding stands for itself. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
