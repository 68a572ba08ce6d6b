import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface MadeCertificate {
  readonly pem: string;
  /** As the command line sends it: base64 of the PEM text. */
  readonly encoded: string;
  readonly privateKey: KeyObject;
  readonly commonName: string;
}

export interface CertificateWish {
  readonly commonName: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Whoever signs; default itself. */
  readonly issuer?: MadeCertificate;
}

/** An X.509 certificate of version 3 on the curve P-256, written by hand: Node can read such ones, not make them. */
export function makeCertificate(wish: CertificateWish): MadeCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const own = createPrivateKey(privateKey);
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const toBeSigned = sequence(
    tagged(0xa0, integer(2)),
    integer(++serial),
    algorithm,
    name(wish.issuer?.commonName ?? wish.commonName),
    sequence(time(wish.notBeforeMs), time(wish.notAfterMs)),
    name(wish.commonName),
    publicKey,
  );
  const signature = sign("sha256", toBeSigned, wish.issuer?.privateKey ?? own);
  const der = sequence(toBeSigned, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  return { pem, encoded: Buffer.from(pem).toString("base64"), privateKey: own, commonName: wish.commonName };
}

let serial = 0;

function tagged(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return tagged(0x30, ...contents);
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.from([value & 0x7f]));
}

function oid(...bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function name(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from(commonName)))));
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return tagged(0x18, Buffer.from(digits));
}
