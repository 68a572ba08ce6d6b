import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { PermanentError } from "../../../contracts/errors.ts";
import type { Secret } from "../../../contracts/secret.ts";
import { provider } from "../errors.ts";
import { soonMs } from "./expiring.ts";

/** A certificate authority's certificate, as it may be sent. */
export interface Authority {
  readonly certificate: X509Certificate;
  /** SHA-1 in upper-case hex, as the service shows it. */
  readonly thumbprint: string;
  /** Present when it ends within 30 days. */
  readonly warning?: string;
}

/** @throws PermanentError for what is no certificate, has expired, or is none of an authority */
export function authorityOf(pem: string, name: string, nowMs: number): Authority {
  const certificate = certificateOf(pem);
  if (certificate === undefined) {
    throw refuse(
      `Expected certificate ${name} as one X.509 certificate in PEM, got text that is none`,
      "certificate-unreadable",
    );
  }
  const [from, to] = [certificate.validFromDate, certificate.validToDate];
  if (nowMs > to.getTime()) {
    throw refuse(
      `Expected certificate ${name} to be valid, got one that expired at ${to.toISOString()}`,
      "certificate-expired",
    );
  }
  if (nowMs < from.getTime()) {
    throw refuse(
      `Expected certificate ${name} to be valid, got one that begins at ${from.toISOString()}`,
      "certificate-not-yet-valid",
    );
  }
  if (!certificate.ca) {
    throw refuse(
      `Expected certificate ${name} to be one of an authority, got one whose basic constraints do not say CA:TRUE: devices' own certificates are enrolled one by one`,
      "not-an-authority",
    );
  }
  const thumbprint = certificate.fingerprint.replaceAll(":", "").toUpperCase();
  if (to.getTime() - nowMs > soonMs) return { certificate, thumbprint };
  return {
    certificate,
    thumbprint,
    warning: `It expires at ${to.toISOString()}: devices under it register no more then`,
  };
}

/** Undefined for what is not exactly one certificate. */
export function certificateOf(pem: string): X509Certificate | undefined {
  if (pem.split("-----BEGIN CERTIFICATE-----").length !== 2) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** @param named where it came from, such as vault:fleet-ca @throws PermanentError that shows nothing of it */
export function signingKeyOf(pem: Secret, named: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.reveal());
  } catch {
    // What the cause says may quote the key.
    throw refuse(
      `Expected ${named} to be a private key in PEM without a passphrase, got text that cannot be read as one: store the CA's key`,
      "ca-key-unreadable",
    );
  }
  if (key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "ec") return key;
  throw refuse(
    `Expected ${named} to be an RSA or EC key, got one of type ${key.asymmetricKeyType}: sign the code elsewhere, without signWith`,
    "ca-key-unsupported",
  );
}

/** @throws PermanentError when the key is another one than the certificate's */
export function requireKeyOf({ certificate }: Authority, key: KeyObject, named: string): void {
  if (certificate.publicKey.equals(createPublicKey(key))) return;
  throw refuse(
    `Expected ${named} to be the private key of the certificate that is verified, got another key: store the right one`,
    "wrong-ca-key",
  );
}

function refuse(message: string, code: string): PermanentError {
  return new PermanentError(message.includes(": ") ? message : `${message}: give another certificate`, {
    provider,
    code,
  });
}
