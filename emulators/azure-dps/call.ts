import type { Principal } from "../entra/world.ts";
import type { Answer } from "../exchange/answer.ts";
import type { Call } from "../exchange/call.ts";
import type { World } from "./world.ts";

/** A call of the management API that found its route and may use it. */
export interface RoutedCall extends Call {
  readonly world: World;
  readonly params: ReadonlyMap<string, string>;
  readonly apiVersion: string;
  readonly caller: Principal;
}

export interface Route {
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Literals match without case; `{name}` takes one segment. */
  readonly path: string;
  /** The budget that a call spends. */
  readonly budget: "reads" | "writes" | "deletes";
  /** Which rate-limit header its answers carry. */
  readonly reports?: "writes" | "deletes" | "resource-requests";
  /** Other resource types have versions of their own. */
  readonly anyVersion?: true;
  readonly handle: (call: RoutedCall) => Answer;
}

/** @throws Error when the route's path has no such parameter, which is a mistake in the route. */
export function param(call: RoutedCall, name: string): string {
  const value = call.params.get(name);
  if (value === undefined) throw new Error(`Expected a route with a parameter "${name}", got ${call.url.pathname}`);
  return value;
}

export function originOf(world: World, url: URL): string {
  return world.settings.publicUrl ?? url.origin;
}
