import { type Answer, json, problemDetails } from "./answer.ts";
import type { Principal, Tenant, World } from "./world.ts";

/** A request as it arrived, its body read. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly atMs: number;
}

/** A call that found its route and may use it. */
export interface RoutedCall extends Call {
  readonly world: World;
  /** Path parameters by name. */
  readonly params: ReadonlyMap<string, string>;
  /** Who calls; null on routes that hand out tokens. */
  readonly caller: Principal | null;
  /** The tenant of the path; null where the path names none. */
  readonly tenant: Tenant | null;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** Literals match without case; `{name}` takes one segment. */
  readonly path: string;
  /** Who may use it: everybody, any valid token, any role in the tenant, or a role that may write. */
  readonly access: "public" | "signed-in" | "read" | "write";
  readonly handle: (call: RoutedCall) => Answer;
}

/** @throws Error when the route's path has no such parameter, which is a mistake in the route. */
export function param(call: RoutedCall, name: string): string {
  const value = call.params.get(name);
  if (value === undefined) throw new Error(`Expected a route with a parameter "${name}", got ${call.url.pathname}`);
  return value;
}

/** @throws Error when the route's path names no tenant, which is a mistake in the route. */
export function tenantOf(call: RoutedCall): Tenant {
  if (call.tenant === null) throw new Error(`Expected a route below a tenant, got ${call.url.pathname}`);
  return call.tenant;
}

/** The API's error shape: always an array. */
export function problem(
  world: World,
  status: number,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): Answer {
  return json(status, [problemDetails(status, detail, world.settings.errorCodeNames)], headers);
}

export function notFound(world: World, what: string, id: string): Answer {
  return problem(world, 404, `The ${what} ${id} was not found.`);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export function isDeviceId(text: string): boolean {
  return /^[0-9a-f]{128}$/i.test(text);
}
