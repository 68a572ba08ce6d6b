import type { HttpRegistration } from "./registrations.ts";

export interface Route {
  readonly registration: HttpRegistration;
  readonly segments: readonly Segment[];
}

interface Segment {
  readonly kind: "literal" | "one" | "optional" | "rest";
  readonly text: string;
}

/**
 * A route as the host maps it. Constraints, standard values and several parts in one segment, which ASP.NET has too, are refused.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#customize-the-http-endpoint
 */
export function routeOf(registration: HttpRegistration, prefix: string): Route {
  const { route, name } = registration;
  if (/^\/?(?:admin|runtime)/i.test(route))
    throw new Error(`The route of ${name} conflicts with one or more built in routes: ${route}`);
  if (route.startsWith("/")) throw new Error(`Expected the route of ${name} to begin without a slash, got ${route}`);
  const segments = [prefix, route].flatMap((part) => part.split("/").filter((text) => text !== ""));
  const parsed = segments.map((text) => segmentOf(text, name));
  const rest = parsed.findIndex(({ kind }) => kind === "rest");
  if (rest !== -1 && rest !== parsed.length - 1) throw new Error(`Expected a rest of ${route} only at its end`);
  return { registration, segments: parsed };
}

function segmentOf(text: string, name: string): Segment {
  if (!/[{}]/.test(text)) return { kind: "literal", text: text.toLowerCase() };
  const [, rest, parameter = "", optional] = /^\{(\*?)([A-Za-z_]\w*)(\??)\}$/.exec(text) ?? [];
  if (parameter === "") throw new Error(`Expected {name}, {name?} or {*name} in the route of ${name}, got ${text}`);
  return { kind: rest === "*" ? "rest" : optional === "?" ? "optional" : "one", text: parameter };
}

/** The parameters of a path that fits, or null. Literals fit in small letters and capitals, and a slash at the end is nothing. */
export function paramsOf({ segments }: Route, path: string): Readonly<Record<string, string>> | null {
  const given = path.replace(/^\//, "").split("/").map(decoded);
  if (given.at(-1) === "") given.pop();
  const params: Record<string, string> = {};
  for (const [at, { kind, text }] of segments.entries()) {
    const value = given[at];
    if (kind === "rest") {
      // The slash at the end is part of a rest.
      const tail = path.endsWith("/") && given.length > at ? "/" : "";
      if (value !== undefined) params[text] = given.slice(at).join("/") + tail;
      return params;
    }
    if (value === undefined && kind === "optional") continue;
    if (value === undefined || value === "" || (kind === "literal" && value.toLowerCase() !== text)) return null;
    if (kind !== "literal") params[text] = value;
  }
  return given.length > segments.length ? null : params;
}

/** A slash stays hidden: it would make two segments of one. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment.replace(/%2f/gi, (slash) => `%25${slash.slice(1)}`));
  } catch {
    return segment;
  }
}
