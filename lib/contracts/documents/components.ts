import * as z from "zod/mini";
import { documented } from "../described.ts";
import { annotate } from "./annotate-schema.ts";
import { dropUuidFormat } from "./json-schema.ts";
import type { Texts } from "./text.ts";

type Node = Readonly<Record<string, unknown>>;

/** Schemas that a document holds once each, under their names. */
export interface Components {
  /** What stands where the schema is used. */
  reference(schema: z.core.$ZodType): Node;
  /** By name, in the order of the alphabet. */
  all(): Readonly<Record<string, Node>>;
}

const local = "#/$defs/";
/** Names that zod gives to what refers to itself: with us, any JSON value. */
const unnamed = /^__schema\d+$/;
const anyJson = "Json";

/** @param texts descriptions by the name of a component, for schemas that carry none themselves */
export function createComponents(texts: Readonly<Record<string, Texts>>, base = "#/components/schemas/"): Components {
  const known = new Map<string, Node>();

  function pointedElsewhere(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(pointedElsewhere);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        key === "$ref" && typeof value === "string" && value.startsWith(local)
          ? base + nameOf(value.slice(local.length))
          : pointedElsewhere(value),
      ]),
    );
  }

  function reference(schema: z.core.$ZodType): Node {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io: "input", metadata: documented, override });
    for (const [id, definition] of Object.entries($defs)) {
      const name = nameOf(id);
      if (known.has(name)) continue;
      // Recursive in zod; a schema that says nothing means the same, and every generator of types can read it.
      const node =
        name === anyJson ? { description: "Any JSON value." } : annotate(definition, texts[name] ?? {}).schema;
      known.set(name, pointedElsewhere(node) as Node);
    }
    return pointedElsewhere(root) as Node;
  }

  return {
    reference,
    all: () => Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

const nameOf = (id: string) => (unnamed.test(id) ? anyJson : id);

/** What documents need not say, or say better. */
export function override({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  dropUuidFormat({ jsonSchema });
  // The format says it, and the pattern says it in 300 characters.
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  if (isEmpty(jsonSchema.additionalProperties) && jsonSchema.properties) delete jsonSchema.additionalProperties;
  const { propertyNames } = jsonSchema;
  if (typeof propertyNames === "object" && JSON.stringify(propertyNames) === '{"type":"string"}') {
    delete jsonSchema.propertyNames;
  }
}

function isEmpty(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && Object.keys(schema).length === 0;
}
