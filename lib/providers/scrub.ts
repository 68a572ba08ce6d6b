import type { Secret } from "../contracts/secret.ts";

/** Characters of a provider's text that are carried on. */
export const scrubbedLength = 200;

const removed = "[removed]";
/** Longest text that is searched; what comes after it is dropped. */
const searchedLength = 16 * 1024;

/** Controls, and characters that turn or hide the text around them in a terminal or a web page. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\s]+/gu;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|SharedAccessSignature|SharedKey)\s+\S+/gi, `$1 ${removed}`],
  [/\beyJ[\w-]+(?:\.[\w-]*)*/g, removed],
  // A link's query and fragment are where signatures stand.
  [/(\bhttps?:\/\/[^\s?#"'<>]{1,1024})[?#][^\s"'<>]*/gi, "$1"],
  [
    /\b(sig|signature|access_token|refresh_token|id_token|client_secret|client_assertion|AccountKey|SharedAccessKey|password|passwd|pwd|secret)(["']?\s*[:=]\s*["']?)[^\s&;,"']+/gi,
    `$1$2${removed}`,
  ],
];

/**
 * A provider's text as it may stand in an error, a result or a log: one line, bounded, without the given secrets and without
 * whatever looks like one.
 */
export function scrub(text: string, secrets: readonly Secret[] = [], maxLength = scrubbedLength): string {
  let clean = withoutValues(text, secrets).replace(invisible, " ").trim();
  // A word that the bound cuts in two could be the first half of a secret that no pattern recognises any more.
  if (clean.length > searchedLength) clean = clean.slice(0, searchedLength).replace(/\S*$/, "").trimEnd();
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  clean = clean.replace(/[\w+~=-]{40,}/g, (word) => (isDeviceId(word) ? word : removed));
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}

function withoutValues(text: string, secrets: readonly Secret[]): string {
  let rest = text;
  for (const secret of secrets) {
    const value = secret.reveal();
    for (const form of [value, encodeURIComponent(value)]) if (form.length > 3) rest = rest.replaceAll(form, removed);
  }
  return rest;
}

/** The only long opaque word that a person needs: an Azure Sphere device id is 128 hex characters. */
function isDeviceId(word: string): boolean {
  return /^[0-9a-f]{128}$/i.test(word);
}
