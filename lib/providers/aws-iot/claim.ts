import { Secret } from "../../contracts/secret.ts";

const certificateForm = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;
const keyForm = /^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[\s\S]+-----END (?:RSA |EC )?PRIVATE KEY-----\s*$/;

/** Certificate and private key as one PEM text, in base64; undefined when one of them is missing. */
export function claimIn({
  certificatePem,
  keyPair,
}: {
  certificatePem?: unknown;
  keyPair?: unknown;
}): Secret | undefined {
  const key =
    typeof keyPair === "object" && keyPair !== null && "PrivateKey" in keyPair ? keyPair.PrivateKey : undefined;
  if (typeof certificatePem !== "string" || !certificateForm.test(certificatePem)) return undefined;
  if (typeof key !== "string" || !keyForm.test(key)) return undefined;
  return new Secret(Buffer.from(`${certificatePem.trimEnd()}\n${key.trimEnd()}\n`).toString("base64"));
}

/** @see https://docs.aws.amazon.com/iot/latest/developerguide/provision-wo-cert.html */
const claimLifeMs = 300_000;
/** A `Date` header has no fractions: what was left may have been this much less. */
const dateStepMs = 1_000;

/** The end of a claim by our clock, rather too early than too late. */
export function expiryOf({
  sentAtMs,
  expirationMs,
  dateMs,
}: {
  readonly sentAtMs: number;
  readonly expirationMs: number | undefined;
  /** The service's clock, where its answer said it. */
  readonly dateMs: number | undefined;
}): number {
  const latest = sentAtMs + claimLifeMs;
  if (expirationMs === undefined) return latest;
  // Counted from before the request was sent, so that its way does not count in our favour.
  const ours = dateMs === undefined ? expirationMs : sentAtMs + (expirationMs - dateMs) - dateStepMs;
  return Math.min(latest, ours);
}

export const claimFileName = (templateName: string): string => `provisioning-claim_${templateName}.pem`;
