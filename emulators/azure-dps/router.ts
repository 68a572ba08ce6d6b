import type { Answer } from "../exchange/answer.ts";
import { type Admission, type Call, decoded } from "../exchange/call.ts";
import { missingScope, refusalOfAction, signIn, versionOf } from "./access.ts";
import type { Route } from "./call.ts";
import { armError } from "./errors.ts";
import { ROUTES } from "./routes.ts";
import { reportBudget, throttle } from "./throttle.ts";
import type { World } from "./world.ts";

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly { readonly literal?: string; readonly name?: string }[];
}

const COMPILED: ReadonlyMap<number, readonly CompiledRoute[]> = Map.groupBy(
  ROUTES.map((route) => ({ route, segments: route.path.split("/").slice(1).map(compileSegment) })),
  ({ segments }) => segments.length,
);

function compileSegment(text: string): { literal?: string; name?: string } {
  return text.startsWith("{") ? { name: text.slice(1, -1) } : { literal: text.toLowerCase() };
}

/** The name of the operation that the call means, or a made-up one for what leads nowhere. */
export function operationName(call: Call): string {
  return matching(call.url.pathname).find(({ route }) => route.method === call.method)?.route.operation ?? "Unknown";
}

/** One call of the management API, in the order in which the real front door judges. */
export function routeManagement(world: World, call: Call): Admission {
  const caller = signIn(world, call);
  if ("status" in caller) return { refusal: caller };
  const candidates = matching(call.url.pathname);
  const found = candidates.find(({ route }) => route.method === call.method);
  if (candidates.length === 0) return { refusal: nothingAt(call) };
  if (found === undefined) {
    const text = `The http method '${call.method}' is not supported for a resource collection or resource.`;
    return { refusal: armError(405, "HttpMethodNotAllowed", text) };
  }
  const { route, params } = found;
  const apiVersion = versionOf(route, call);
  if (typeof apiVersion !== "string") return { refusal: apiVersion };
  const subscriptionId = params.get("subscriptionId") ?? "";
  const refusal =
    throttle(world, route, subscriptionId, caller.objectId, call.atMs) ??
    missingScope(world, params) ??
    refusalOfAction(world, route, caller, call.url);
  if (refusal !== null) return { refusal };
  return {
    carryOut: (atMs) => {
      const answer = route.handle({ ...call, atMs, world, params, apiVersion, caller });
      return reportBudget(world, route, subscriptionId, caller.objectId, answer);
    },
  };
}

function nothingAt(call: Call): Answer {
  return armError(404, "InvalidResourceType", `The resource type could not be found at ${call.url.pathname}.`);
}

function matching(pathname: string): { route: Route; params: ReadonlyMap<string, string> }[] {
  const parts = pathname.split("/").slice(1);
  return (COMPILED.get(parts.length) ?? []).flatMap(({ route, segments }) => {
    const params = new Map<string, string>();
    const matches = segments.every(({ literal, name }, index) => {
      const part = parts[index] ?? "";
      if (name === undefined) return part.toLowerCase() === literal;
      params.set(name, decoded(part));
      return part !== "";
    });
    return matches ? [{ route, params }] : [];
  });
}
