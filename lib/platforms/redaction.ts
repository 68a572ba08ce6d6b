/**
 * The second line behind `Secret`: takes out of a log line what looks like a credential, wherever it came from. It knows shapes and
 * no values, so it is no reason to log a secret. No pattern looks at the same text again from each place in it: all their quantifiers
 * are bounded, or cannot fail after they have begun.
 */
const hidden = "[redacted]";

/** Fields whose value is never shown, at the top of an entry or one level below. */
const names = [
  "accessKey",
  "access_token",
  "apiKey",
  "api_key",
  "authorization",
  "clientSecret",
  "client_secret",
  "cookie",
  "credential",
  "password",
  "primaryKey",
  "privateKey",
  "refresh_token",
  "secondaryKey",
  "secret",
  "sharedAccessKey",
  "signature",
  "token",
  "webhook-signature",
  "x-auth-token",
];
export const redaction = {
  paths: names.flatMap((name) => [`["${name}"]`, `*["${name}"]`]),
  censor: hidden,
};

/** How names of credentials end, whatever stands before: `DROVER_TOKEN`, `aws_secret_access_key`, `primaryKey`. */
const secretName =
  "(?:token|secret|signature|assertion|temp_url_sig|credential|password|passwd|passphrase|pwd|adminpass|(?:api|access|account|shared|private|primary|secondary|subscription|functions|signing|master)[_-]?key)";

/** A character of a value, up to what ends one in JSON, a URL, a connection string or a sentence. */
const value = String.raw`[^\s"'\\&;,<>]`;

/** The rest of a text whose opening is the group `quote`; what has no end ends with the text that holds it. */
const quoted = String.raw`(?:(?!(?<!\\)\k<quote>)(?:[^"\\]|\\.))*`;

/** No pattern takes a quote or a lone backslash: what was a line of JSON stays one. */
const shapes: readonly (readonly [RegExp, string])[] = [
  // A block that was cut off ends with the text that holds it. First: its lines look like other things.
  [/-----BEGIN [A-Z0-9 ]{1,40}-----(?:[^"\\]|\\[\s\S]?)*?(?:-----END [A-Z0-9 ]{1,40}-----|(?="|$))/g, hidden],
  // A word of a sentence is shorter, and has no digit, no capital inside and no padding.
  [
    /\b([Bb]earer|BEARER|[Bb]asic|BASIC|[Nn]egotiate|NEGOTIATE)(\s{1,8}|%20|\+)(?=[\w.~+/=-]{0,256}(?:\d|[a-z][A-Z]|=)|[\w.~+/=-]{24})[\w.~+/-]{6,}=*/g,
    `$1 ${hidden}`,
  ],
  [/\b(wh(?:sec|sk|pk)_)[\w+/=-]+/g, `$1${hidden}`],
  // Of a webhook: one for each secret.
  [/\b(v1a?,)[\w+/=-]{16,}/g, `$1${hidden}`],
  [new RegExp(String.raw`([?&#]|%3F|%26|\\u0026)code(=|%3D)${value}+`, "gi"), `$1code$2${hidden}`],
  [new RegExp(String.raw`(${secretName}|(?<![A-Z])sig)(\s{0,4}(?:=|%3D)\s{0,4})${value}+`, "gi"), `$1$2${hidden}`],
  [new RegExp(String.raw`(${secretName})(\s{0,4}=\s{0,4})(?<quote>\\{0,15}["'])${quoted}`, "gi"), `$1$2$3${hidden}`],
  // The same as a member of a JSON text within a text.
  [
    new RegExp(
      String.raw`(?<quote>\\{0,15}")([\w.-]{0,48}${secretName})\k<quote>(\s{0,8}:\s{0,8})\k<quote>${quoted}`,
      "gi",
    ),
    `$1$2$1$3$1${hidden}`,
  ],
  [
    /((?:api|functions|subscription|sas|auth|subject|access)-(?:key|token)\s{0,4}:\s{0,4})[\w.~+/=%-]+/gi,
    `$1${hidden}`,
  ],
  // Who and what in front of a host.
  [/(:\/\/)[^\s"'\\/@:]{0,256}:[^\s"'\\/@]{1,256}@/g, `$1${hidden}@`],
];

/** What a JWT could be part of, taken as a whole: nothing in it is looked at twice. */
const words = /[\w.-]{12,}/g;

function withoutToken(word: string): string {
  const segments = word.split(".");
  for (const [index, segment] of segments.entries()) {
    const at = segment.indexOf("eyJ");
    const next = segments[index + 1] ?? "";
    if (at < 0 || segment.length - at < 8 || next.length < 5) continue;
    return [...segments.slice(0, index), segment.slice(0, at) + hidden].join(".");
  }
  return word;
}

export function redacted(text: string): string {
  let shown = text.replace(words, withoutToken);
  for (const [shape, instead] of shapes) shown = shown.replace(shape, instead);
  return shown;
}

/** More of one text is nobody's log. */
const textCharacters = 16_384;
/** A word that is not halved: half of a credential may look like nothing. */
const wordCharacters = 1_024;

/** A text as a log takes it: cut between two words where it is too long. */
export function bounded(text: string): string {
  if (text.length <= textCharacters) return text;
  const space = text.lastIndexOf(" ", textCharacters);
  const kept = space > textCharacters - wordCharacters ? space : textCharacters;
  return `${text.slice(0, kept)} … (${text.length - kept} more characters are cut)`;
}
