import { X509Certificate } from "node:crypto";
import { certificateOf } from "./authority.ts";

/** What a leaf has to prove. */
export interface Proof {
  readonly code: string;
  /** As PEM text; absent where nobody has shown it: then only the service can tell who signed. */
  readonly authority?: string | undefined;
}

/** Why a leaf proves nothing, as a sentence; undefined for a good one. */
export function leafProblem(pem: string, { code, authority }: Proof, nowMs: number): string | undefined {
  const leaf = certificateOf(pem);
  if (leaf === undefined) return "Expected one X.509 certificate in PEM, got text that is none";
  const name = commonName(leaf);
  if (name !== code) {
    return `Expected a certificate whose subject is CN=${code}, got ${name === undefined ? "one without a common name" : `CN=${name.slice(0, 80)}`}: make it with the code as it stands here`;
  }
  const [from, to] = [leaf.validFromDate, leaf.validToDate];
  if (nowMs > to.getTime())
    return `Expected a certificate that is valid now, got one that expired at ${to.toISOString()}`;
  if (nowMs < from.getTime())
    return `Expected a certificate that is valid now, got one that begins at ${from.toISOString()}`;
  if (authority === undefined) return undefined;
  const ca = new X509Certificate(authority);
  // The issuer's name alone proves nothing: another authority can have the same.
  if (leaf.verify(ca.publicKey)) return undefined;
  return leaf.checkIssued(ca)
    ? "Expected a certificate that the key of the CA has signed, got one of another CA of the same name: sign it with the key of the certificate that is verified"
    : "Expected a certificate that the key of the CA has signed, got one of another issuer: sign it with the key of the certificate that is verified";
}

/** The last one, which is the most specific; names come one a line. */
function commonName({ subject }: X509Certificate): string | undefined {
  return subject
    ?.split("\n")
    .flatMap((line) => /^CN=(.*)$/.exec(line)?.[1] ?? [])
    .at(-1);
}
