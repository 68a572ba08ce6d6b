import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  id_ce_basicConstraints,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";

/** A certificate and the private key that belongs to it, as PEM texts. */
export interface Made {
  readonly pem: string;
  readonly key: string;
  readonly commonName: string;
}

interface Wish {
  readonly commonName: string;
  readonly nowMs: number;
  readonly kind?: "ec" | "rsa";
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly ca?: boolean;
  readonly issuer?: Made;
}

const day = 24 * 3_600_000;
const algorithms = {
  ec: { algorithm: "1.2.840.10045.4.3.2" },
  rsa: { algorithm: "1.2.840.113549.1.1.11", parameters: new Uint8Array([5, 0]).buffer },
};

export function makeCertificate({
  commonName,
  nowMs,
  kind = "ec",
  from = -1,
  to = 365,
  ca = false,
  issuer,
}: Wish): Made {
  const key = keyOf(kind);
  const signer = createPrivateKey(issuer?.key ?? key);
  const algorithm = new AlgorithmIdentifier(algorithms[signer.asymmetricKeyType === "rsa" ? "rsa" : "ec"]);
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const constraints = new Extension({
    extnID: id_ce_basicConstraints,
    critical: true,
    extnValue: new OctetString(AsnConvert.serialize(new BasicConstraints({ cA: true }))),
  });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array([0x47, 0x11]).buffer,
    signature: algorithm,
    issuer: named(issuer?.commonName ?? commonName),
    validity: new Validity({ notBefore: new Date(nowMs + from * day), notAfter: new Date(nowMs + to * day) }),
    subject: named(commonName),
    subjectPublicKeyInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
    ...(ca ? { extensions: new Extensions([constraints]) } : {}),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const signatureValue = new OctetString(sign("sha256", signed, signer)).buffer;
  const der = Buffer.from(
    AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue })),
  );
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return { pem: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`, key, commonName };
}

export const makeAuthority = (wish: Partial<Wish> & Pick<Wish, "nowMs">): Made =>
  makeCertificate({ commonName: "Coffee Root", ca: true, ...wish });

function keyOf(kind: "ec" | "rsa"): string {
  const pair =
    kind === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return String(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
}

function named(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: "2.5.4.3", value })])]);
}
