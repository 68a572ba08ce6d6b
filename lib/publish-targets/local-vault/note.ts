import * as z from "zod/mini";
import { type PublishNote, slots } from "../../contracts/publish-target.ts";

const noteSchema = z.object({
  operation: z.string(),
  of: z.string(),
  slot: z.enum(slots),
  fingerprint: z.string(),
  publishedAt: z.number(),
  graceMs: z.number(),
});

export function noteTextOf({ operation, of, slot, fingerprint, publishedAt, graceMs }: PublishNote): string {
  return JSON.stringify({ operation, of, slot, fingerprint, publishedAt, graceMs });
}

/** Undefined for what somebody else has noted there. */
export function noteIn(text: string | undefined): PublishNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}
