import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import type { Authority } from "../aws/certificate.ts";
import type { OpenedArchive } from "./archive.ts";

/** Whether the authority signed the certificate and the private key beside it is its own. */
export function isGenuineArchive(authority: Authority, { certificatePem, privateKeyPem }: OpenedArchive): boolean {
  try {
    const certificate = new X509Certificate(certificatePem);
    const isSigned = certificate.verify(createPublicKey(authority.privateKey));
    return isSigned && certificate.checkPrivateKey(createPrivateKey(privateKeyPem));
  } catch {
    return false;
  }
}
