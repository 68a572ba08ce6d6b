import type { Answer } from "../answer.ts";
import { scrub } from "../scrub.ts";

const removed = "[removed]";
const longestText = 16 * 1024;
/** What could be a piece of a key or an archive, and what is as long and is none: a device's id, the name of an error. */
const long =
  /\b(?<harmless>device-[a-z2-7]{26}|[A-Z][A-Za-z]{8,40}(?:Exception|Error|Failure))(?![A-Za-z0-9+/=])|[A-Za-z0-9+/=]{24,}/g;

/** The answer with texts shown stricter: it may repeat what it was to hand out, in base64 or in hexadecimal, whole or in pieces. */
export function withoutOpaque(answer: Answer): Answer {
  const show: Answer["show"] = (text, maxLength) => {
    // What was sent goes first: once a pattern has taken a piece out of it, the rest is not recognised any more.
    const known = answer.show(text, longestText).replaceAll("\\/", "/");
    const clean = known.replace(long, (_run, harmless?: string) => harmless ?? removed);
    return scrub(clean, [], maxLength);
  };
  return { ...answer, show };
}
