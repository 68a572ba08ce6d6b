import type { Answer } from "./answer.ts";
import type { Settings } from "./settings.ts";
import type { World } from "./world.ts";

/** A request as it arrived, its body read. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly atMs: number;
  readonly requestId: string;
}

/** A call to the orchestration service with a token that is good for it. */
export interface HeatCall extends Call {
  readonly world: World;
  readonly settings: Settings;
  readonly params: readonly string[];
  /** The body as JSON; undefined without one. */
  readonly json: unknown;
  readonly projectId: string;
  readonly isAdmin: boolean;
}

/** The refusal of a call, or what carries it out at a given time: a late landing is admitted now and carried out later. */
export type Admission = { readonly refusal: Answer } | { readonly carryOut: (atMs: number) => Answer };

export function publicUrl(settings: Settings, url: URL): string {
  return settings.publicUrl ?? url.origin;
}

export function bodyText(call: Call): string {
  return new TextDecoder().decode(call.body);
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value));
}

/** The value at a path of keys, or undefined. */
export function dig(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((inner, name) => {
    const record = asRecord(inner);
    return record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
  }, value);
}

export function digText(value: unknown, ...names: readonly string[]): string | null {
  const found = dig(value, ...names);
  return typeof found === "string" ? found : null;
}

/** A text that is no valid percent encoding stands for itself. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
