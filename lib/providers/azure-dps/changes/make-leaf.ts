import { generateKeyPairSync, type KeyObject, randomBytes, sign, type X509Certificate } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";

/** ecdsa-with-SHA256 and sha256WithRSAEncryption; the latter has NULL for its parameters. */
const algorithms = {
  ec: () => new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" }),
  rsa: () => new AlgorithmIdentifier({ algorithm: "1.2.840.113549.1.1.11", parameters: new Uint8Array([5, 0]).buffer }),
};
const commonName = "2.5.4.3";
const lifeMs = 24 * 3_600_000;
/** Whoever checks it may have a clock that is behind. */
const skewMs = 3_600_000;

export interface LeafWish {
  readonly code: string;
  readonly authority?: X509Certificate | undefined;
  /** The authority's name where its certificate is not known. */
  readonly issuer: string;
  readonly key: KeyObject;
  readonly nowMs: number;
}

/** A certificate as PEM text that proves possession of the CA's key: the code is its subject. Its own key is nobody's. */
export function makeLeaf({ code, authority, issuer, key, nowMs }: LeafWish): string {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = key.asymmetricKeyType === "rsa" ? algorithms.rsa() : algorithms.ec();
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: authority === undefined ? named(issuer) : subjectOf(authority),
    validity: new Validity({ notBefore: new Date(nowMs - skewMs), notAfter: new Date(nowMs + lifeMs) }),
    subject: named(code),
    subjectPublicKeyInfo: AsnConvert.parse(publicKey.export({ type: "spki", format: "der" }), SubjectPublicKeyInfo),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: arrayBuffer(sign("sha256", signed, key)),
  });
  return pemOf(Buffer.from(AsnConvert.serialize(certificate)));
}

/** Byte for byte: issuers are compared as they are encoded. */
function subjectOf({ raw }: X509Certificate): Name {
  return AsnConvert.parse(raw, Certificate).tbsCertificate.subject;
}

function named(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])]);
}

/** Positive, and never with a leading zero. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return arrayBuffer(bytes);
}

const arrayBuffer = (bytes: Buffer): ArrayBuffer => new OctetString(bytes).buffer;

function pemOf(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
