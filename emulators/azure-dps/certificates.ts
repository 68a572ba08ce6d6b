import { X509Certificate } from "node:crypto";
import { nestsCertificates, takesVerified } from "./api-versions.ts";
import type { RoutedCall } from "./call.ts";
import { servicePath } from "./description.ts";
import type { Certificate, ProvisioningService, World } from "./world.ts";

/** What real answers say: nobody sets it. JavaScript reads it as a day of 2001. */
const NEVER = "Mon, 01 Jan 0001 00:00:00 GMT";

/** Base64 of a PEM text, as the command line sends it, or of the DER bytes, or a plain PEM; null for anything else. */
export function readCertificate(value: unknown): X509Certificate | null {
  if (typeof value !== "string" || value === "") return null;
  try {
    return new X509Certificate(value.includes("-----BEGIN") ? value : Buffer.from(value, "base64"));
  } catch {
    return null;
  }
}

/**
 * Whether the leaf shows that its maker has the private key of the certificate: it carries the code, the key signed it, and it is
 * valid now. `checkIssued` would also accept a leaf of another authority with the same name.
 */
export function isProof(leaf: X509Certificate, { pem, verificationCode }: Certificate, atMs: number): boolean {
  const inTime = atMs >= Date.parse(leaf.validFrom) && atMs <= Date.parse(leaf.validTo);
  return (
    verificationCode !== null &&
    inTime &&
    commonName(leaf) === verificationCode &&
    leaf.verify(new X509Certificate(pem).publicKey)
  );
}

/** Base64 of a quoted GUID. */
export function certificateEtag(world: World): string {
  return Buffer.from(`"${world.newId()}"`).toString("base64");
}

export function describeCertificate(
  { apiVersion }: RoutedCall,
  service: ProvisioningService,
  { name, pem, etag, isVerified, verificationCode, updatedAtMs }: Certificate,
  withCode = false,
): object {
  const certificate = new X509Certificate(pem);
  const content = withCode ? Buffer.from(pem).toString("base64") : null;
  return {
    etag,
    id: `${servicePath(service)}/certificates/${name}`,
    name,
    properties: {
      ...(takesVerified(apiVersion) ? { certificate: content } : {}),
      created: NEVER,
      expiry: new Date(certificate.validTo).toUTCString(),
      isVerified,
      subject: commonName(certificate),
      thumbprint: certificate.fingerprint.replaceAll(":", ""),
      updated: new Date(updatedAtMs).toUTCString(),
      ...(withCode ? { verificationCode } : {}),
    },
    ...(nestsCertificates(apiVersion) ? { systemData: {} } : {}),
    type: "Microsoft.Devices/provisioningServices/Certificates",
  };
}

/** The last one, which is the most specific; names come one a line. */
function commonName({ subject }: X509Certificate): string {
  const names = subject.split("\n").flatMap((line) => /^CN=(.*)$/.exec(line)?.[1] ?? []);
  return names.at(-1) ?? subject;
}
