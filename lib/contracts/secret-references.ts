import * as z from "zod/mini";
import { type Configuration, configurationSchema, secretReferenceSchema } from "./configuration.ts";

export interface SecretReferenceAt {
  /** As in error messages: `connections.sphere-prod.credential.secret`. */
  readonly path: string;
  readonly reference: string;
}

/**
 * Every secret that the configuration names. The schema says where they are, so that a new kind of connection needs nothing
 * here, and a text that merely looks like a reference is none.
 */
export function secretReferencesIn(configuration: Configuration): readonly SecretReferenceAt[] {
  return [...referencesAt(configurationSchema, configuration, [])];
}

function* referencesAt(schema: z.core.$ZodType, value: unknown, path: readonly string[]): Generator<SecretReferenceAt> {
  if (value === undefined || value === null) return;
  if (schema === secretReferenceSchema) {
    yield { path: path.join("."), reference: String(value) };
    return;
  }
  for (const [key, member, entry] of membersOf((schema as z.core.$ZodTypes)._zod.def, value)) {
    yield* referencesAt(member, entry, key === undefined ? path : [...path, key]);
  }
}

type Member = readonly [key: string | undefined, schema: z.core.$ZodType, value: unknown];

/** One level down: the entries of a container, or what a wrapper wraps. */
function membersOf(def: z.core.$ZodTypes["_zod"]["def"], value: unknown): readonly Member[] {
  const entries = Object.entries(Object(value));
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "readonly":
      return [[undefined, def.innerType, value]];
    case "object":
      return entries.flatMap(([key, entry]) => (def.shape[key] ? [[key, def.shape[key], entry]] : []));
    case "record":
      return entries.map(([key, entry]) => [key, def.valueType, entry]);
    case "array":
      return entries.map(([key, entry]) => [key, def.element, entry]);
    case "union":
      return def.options.filter((option) => z.safeParse(option, value).success).map((one) => [undefined, one, value]);
    default:
      return [];
  }
}
