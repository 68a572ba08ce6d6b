/**
 * The second line behind `Secret`: takes out of a log line what looks like a credential, wherever it came from. It knows shapes and
 * no values, so it is no reason to log a secret.
 */
const hidden = "[redacted]";

/** Fields whose value is never shown, at the top of an entry or one level below. */
const names = [
  "accessKey",
  "access_token",
  "apiKey",
  "authorization",
  "clientSecret",
  "client_secret",
  "cookie",
  "credential",
  "password",
  "refresh_token",
  "secret",
  "signature",
  "token",
  "x-auth-token",
];
export const redaction = {
  paths: names.flatMap((name) => [`["${name}"]`, `*["${name}"]`]),
  censor: hidden,
};

/** A character of a value, up to what ends one in JSON, a URL, a connection string or a sentence. */
const value = String.raw`[^\s"'\\&;,<>]`;

/** No pattern takes a quote or a lone backslash: what was a line of JSON stays one. */
const shapes: readonly (readonly [RegExp, string])[] = [
  // A block that was cut off ends with the text that holds it. First: its lines look like other things.
  [/-----BEGIN [A-Z0-9 ]{1,40}-----(?:[^"\\]|\\.)*?(?:-----END [A-Z0-9 ]{1,40}-----|(?="|$))/g, hidden],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)*/g, hidden],
  // A word of a sentence is shorter, and has no digit.
  [/\b(Bearer|Basic|Negotiate)(\s+|%20|\+)(?=[\w.~+/=-]*\d|[\w.~+/=-]{24})[\w.~+/-]{8,}=*/gi, `$1 ${hidden}`],
  [/\b(wh(?:sec|sk|pk)_)[\w+/=-]+/g, `$1${hidden}`],
  [new RegExp(String.raw`\b((?:Account|SharedAccess)Key=)${value}+`, "gi"), `$1${hidden}`],
  [
    new RegExp(String.raw`(\b|%3F|%26)(sig|temp_url_sig|X-Amz-Signature|X-Amz-Security-Token)(=|%3D)${value}+`, "gi"),
    `$1$2$3${hidden}`,
  ],
  [
    new RegExp(
      String.raw`(\b|%3F|%26)(client_secret|client_assertion|access_token|refresh_token|password|passwd)(=|%3D)${value}+`,
      "gi",
    ),
    `$1$2$3${hidden}`,
  ],
  // The same as a member of a JSON text within a text.
  [
    /(\\{0,15}")(client_secret|access_token|refresh_token|password|adminPass|X-(?:Auth|Subject)-Token)\1(\s*:\s*)\1(?:(?!(?<!\\)\1)(?:[^"\\]|\\.))*/gi,
    `$1$2$1$3$1${hidden}`,
  ],
  [/\b(X-(?:Auth|Subject)-Token:\s*)[\w.~+/=-]+/gi, `$1${hidden}`],
  // Who and what in front of a host.
  [/(:\/\/)[^\s"'\\/@:]{1,256}:[^\s"'\\/@]{1,256}@/g, `$1${hidden}@`],
];

export function redacted(text: string): string {
  let shown = text;
  for (const [shape, instead] of shapes) shown = shown.replace(shape, instead);
  return shown;
}
