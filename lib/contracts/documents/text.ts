import { durationPattern } from "../duration.ts";

/** Put beside what a zod schema says already. */
export interface Annotation {
  readonly description: string;
  /** What a refinement checks, where JSON Schema has a word for it that refuses nothing we accept. */
  readonly format?: "uri";
  readonly pattern?: string;
}

/**
 * By path; `**.` in front makes it any path that ends so, and the longest match counts. `*` is any key of a map, `[]` any entry of
 * a list, `<kind>` one form out of several.
 */
export type Texts = Readonly<Record<string, string | Annotation>>;

export const durationText = (description: string): Annotation => ({
  description: `${description} ISO 8601, in days, hours, minutes and seconds.`,
  pattern: durationPattern.source,
});
