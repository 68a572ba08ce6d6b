import type { RestRoute } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import type { Call } from "../exchange/call.ts";
import { factsAt, factsOf } from "./devices.ts";
import { notFound } from "./errors.ts";
import type { Device, DeviceFacts, World } from "./world.ts";

/** A call that found its route and was signed by somebody who may make it. */
export interface RoutedCall extends Call {
  readonly world: World;
  readonly params: ReadonlyMap<string, string>;
  /** The body's members; empty without a body. */
  readonly input: Readonly<Record<string, unknown>>;
}

export type Handle = (call: RoutedCall) => Answer;
export type Route = RestRoute<Handle>;

/** @throws Error when the route's path has no such parameter, which is a mistake in the route. */
export function param(call: RoutedCall, name: string): string {
  const value = call.params.get(name);
  if (value === undefined) throw new Error(`Expected a route with a parameter "${name}", got ${call.url.pathname}`);
  return value;
}

export interface FoundDevice {
  readonly device: Device;
  readonly facts: DeviceFacts;
}

/** The device as it is now, for a call that changes it; the refusal when there is none. */
export function deviceToChange(world: World, id: string): FoundDevice | Answer {
  const device = world.devices.get(id);
  const facts = device === undefined ? null : factsOf(device);
  return device === undefined || facts === null ? notFound("device", id) : { device, facts };
}

/** The device as a read of single devices shows it. */
export function deviceToRead({ world, atMs }: RoutedCall, id: string): FoundDevice | Answer {
  const device = world.devices.get(id);
  const facts = device === undefined ? null : factsAt(device, atMs - world.settings.describeDelayMs);
  return device === undefined || facts === null ? notFound("device", id) : { device, facts };
}

/** A member that may be absent or null, as text. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
