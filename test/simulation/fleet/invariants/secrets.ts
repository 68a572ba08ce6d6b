import { canary } from "../clouds.ts";
import { credentialTexts } from "../connections.ts";
import type { Report } from "../verdicts.ts";
import { standingIn } from "./beginnings.ts";

/** What opens something, in the forms in which it could slip through. */
const forbidden: readonly string[] = [
  canary,
  ...credentialTexts,
  ...credentialTexts.map((text) => Buffer.from(text).toString("base64").replace(/=+$/, "")),
  "PRIVATE KEY",
  "SharedAccessKey=",
  "SharedAccessSignature sr",
  "asyncinfo",
  "perationResults/",
  "temp_url_sig=",
];

/** Characters from which on something counts as a token. */
const shortestToken = 20;

/** Looks at everything that is stored, sent, published or logged. */
export class SecretInvariants {
  readonly #report: Report;
  readonly #tokens = new Set<string>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** A token that some request carried: looked for at the end, in what is left then. */
  noteToken(token: string): void {
    const text = token.replace(/^(Bearer|SharedAccessSignature|AWS4-HMAC-SHA256) /, "");
    if (text.length >= shortestToken) this.#tokens.add(text);
  }

  look(where: string, text: string): void {
    for (const secret of forbidden) {
      if (text.includes(secret)) this.#report("no-secret-travels", `${secret.slice(0, 16)} stands in ${where}`);
    }
  }

  atTheEnd(texts: readonly string[]): void {
    const all = texts.join("\n");
    // There may be thousands of both: a token is looked for only where its beginning stands at all.
    const alike = Map.groupBy(this.#tokens, (token) => token.slice(0, shortestToken));
    const standing = standingIn(all, new Set(alike.keys()), shortestToken);
    for (const token of [...standing].flatMap((beginning) => alike.get(beginning) ?? [])) {
      if (all.includes(token)) this.#report("no-secret-travels", `a token (${token.slice(0, 6)}…) stands somewhere`);
    }
  }
}
