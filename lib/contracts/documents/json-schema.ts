import type * as z from "zod/mini";

/** Vendors' ids need not be UUIDs by the letter of RFC 9562, which is what `format` means: the pattern beside it is ours. */
export function dropUuidFormat({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === "uuid" && jsonSchema.pattern !== undefined) delete jsonSchema.format;
}
