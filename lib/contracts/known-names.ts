import type * as z from "zod/mini";

/** What stands in a value where the schema has no name of its own for it: a key that somebody chose, or one too many. */
export const unnamed = "*";

const ownShape = (definition: z.core.$ZodTypes["_zod"]["def"]): Readonly<Record<string, z.core.$ZodType>> =>
  definition.type === "object" ? definition.shape : {};

/** The schemas behind what only wraps them, or leaves a choice. */
function unwrapped(schema: z.core.$ZodType): readonly z.core.$ZodTypes["_zod"]["def"][] {
  const definition = (schema as z.core.$ZodTypes)._zod.def;
  switch (definition.type) {
    case "optional":
    case "nullable":
    case "default":
    case "readonly":
      return unwrapped(definition.innerType);
    case "union":
      return definition.options.flatMap(unwrapped);
    default:
      return [definition];
  }
}

function inside(definition: z.core.$ZodTypes["_zod"]["def"], key: PropertyKey): readonly z.core.$ZodType[] {
  if (definition.type === "array") return [definition.element];
  if (definition.type === "record") return [definition.valueType];
  const shape = ownShape(definition);
  const property = Object.hasOwn(shape, key) ? shape[String(key)] : undefined;
  return property ? [property] : [];
}

/** A path as a schema names it, and the keys that it knows at its end. What the schema does not name is not said: it may be a secret. */
export function namedBy(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
): { readonly path: readonly string[]; readonly keys: readonly string[] } {
  let here: readonly z.core.$ZodType[] = [schema];
  const named = path.map((key) => {
    const definitions = here.flatMap(unwrapped);
    here = definitions.flatMap((definition) => inside(definition, key));
    const isOurs = typeof key === "number" || definitions.some((one) => Object.hasOwn(ownShape(one), key));
    return isOurs ? String(key) : unnamed;
  });
  const keys = here.flatMap(unwrapped).flatMap((definition) => Object.keys(ownShape(definition)));
  return { path: named, keys: [...new Set(keys)] };
}
