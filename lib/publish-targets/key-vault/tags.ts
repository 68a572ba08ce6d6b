import { durationMs, isDuration } from "../../contracts/duration.ts";
import { type PublishNote, type Slot, slots } from "../../contracts/publish-target.ts";

/** How a note stands in the tags of a version, for people and for us. */

type Tags = Readonly<Record<string, string>>;

export function tagsOf({ operation, of, slot, fingerprint, publishedAt, graceMs }: PublishNote): Tags {
  return {
    "drover-operation": operation,
    "drover-of": of,
    "drover-slot": slot,
    "drover-fingerprint": fingerprint,
    "drover-published-at": new Date(publishedAt).toISOString(),
    "drover-grace": `PT${graceMs / 1000}S`,
  };
}

/** What can be read of it; undefined where nothing can. */
export function noteIn(tags: Tags | null | undefined): Partial<PublishNote> | undefined {
  if (!tags) return undefined;
  const operation = tags["drover-operation"];
  const of = tags["drover-of"];
  const slot = slots.find((one): one is Slot => one === tags["drover-slot"]);
  const fingerprint = tags["drover-fingerprint"];
  const publishedAt = Date.parse(tags["drover-published-at"] ?? "");
  const grace = tags["drover-grace"] ?? "";
  const note = {
    ...(operation === undefined ? {} : { operation }),
    ...(of === undefined ? {} : { of }),
    ...(slot === undefined ? {} : { slot }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(Number.isNaN(publishedAt) ? {} : { publishedAt }),
    ...(isDuration(grace) ? { graceMs: durationMs(grace) } : {}),
  };
  return Object.keys(note).length === 0 ? undefined : note;
}
