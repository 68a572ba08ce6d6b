import * as z from "zod/mini";

/** What a published document says of a schema beside its shape. */
export interface Documentation {
  readonly [key: string]: unknown;
  /** Name under which documents share it; without one it stands where it is used. */
  readonly id?: string;
  readonly description: string;
  readonly format?: "date-time";
}

/** Apart from zod's own registry: what one document says of a schema is nobody else's business. */
export const documented = z.registry<Documentation>();

export function described<Schema extends z.core.$ZodType>(description: string, schema: Schema): Schema {
  documented.add(schema, { description });
  return schema;
}

/** A schema with a name of its own in documents. */
export function component<Schema extends z.core.$ZodType>(id: string, description: string, schema: Schema): Schema {
  documented.add(schema, { id, description });
  return schema;
}

export const text = (description: string) => described(description, z.string());
export const count = (description: string) => described(description, z.int());
export const flag = (description: string) => described(description, z.boolean());

/** A time as we write it; nobody who reads our answers has to check it again. */
export function time(description: string) {
  const schema = z.string();
  documented.add(schema, { description, format: "date-time" });
  return schema;
}
