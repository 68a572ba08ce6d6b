import { dpsReads } from "../../../lib/contracts/requests/azure-dps.ts";
import { keyPattern } from "../idempotency-key.ts";
import type { Bounds } from "../query.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const string = { type: "string" } as const;

/** One for each name: the compiler asks for those that a route reads, and for no other. */
export function query<Name extends string>(
  _names: readonly Name[],
  parameters: { readonly [Each in Name]: Omit<Parameter, "name" | "in"> },
): readonly Parameter[] {
  const entries: [string, Omit<Parameter, "name" | "in">][] = Object.entries(parameters);
  return entries.map(([name, parameter]) => ({ name, in: "query", ...parameter }));
}

export const words = (description: string, more: Readonly<Record<string, unknown>> = {}) => ({
  description,
  schema: { ...string, ...more },
});

export const whole = (description: string, { default: usual, min, max }: Bounds) => ({
  description,
  schema: { type: "integer", default: usual, minimum: min, maximum: max },
});

export const header = (name: string, description: string, more: Readonly<Record<string, unknown>> = {}): Parameter => ({
  name,
  in: "header",
  description,
  schema: { ...string, ...more },
});

export const idempotencyKey = header(
  "idempotency-key",
  "The same key is the same run: send it again when an answer was lost.",
  { pattern: keyPattern.source },
);

const ids: readonly (readonly [beginning: string, description: string])[] = [
  ["/operations/", "Id of the operation: 52 characters. Its first 8 or more do for clients that see everything."],
  ["/handoffs/", "Id of the operation that hands it over: 52 characters, or its first 8 or more as elsewhere."],
  ["/dead-letters/", "Id of the dead letter."],
  ["/connections/:name/heat/software-configs/", "Heat's id of the software config."],
  ["/connections/:name/heat/deployments/", "Heat's id of the deployment."],
  ["/connections/:name/dps/", `What is read: ${dpsReads.join(", ")}.`],
  ["/connections/", "Name of the connection."],
  ["/sinks/", "Name of the sink."],
  ["/schedules/", "Name of the schedule."],
  ["/vault/", "Name of the secret: at most 128 letters, digits, . _ -"],
];

/** @throws Error for a path that nobody has described: a defect that the first test meets */
export function pathParameters(path: string): readonly Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(({ 1: name = "", index }) => {
    const description = ids.find(([beginning]) => beginning === path.slice(0, index))?.[1];
    if (description === undefined) throw new Error(`Expected a description of ${name} in ${path}, got none`);
    return { name, in: "path", description, schema: string };
  });
}
