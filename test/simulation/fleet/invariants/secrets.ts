import { canary } from "../clouds.ts";
import { credentialTexts } from "../connections.ts";
import type { Report } from "../verdicts.ts";

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
    if (text.length >= 20) this.#tokens.add(text);
  }

  look(where: string, text: string): void {
    for (const secret of forbidden) {
      if (text.includes(secret)) this.#report("no-secret-travels", `${secret.slice(0, 16)} stands in ${where}`);
    }
  }

  atTheEnd(texts: readonly string[]): void {
    const all = texts.join("\n");
    for (const token of this.#tokens) {
      if (all.includes(token)) this.#report("no-secret-travels", `a token (${token.slice(0, 6)}…) stands somewhere`);
    }
  }
}
