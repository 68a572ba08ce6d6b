import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { bitString, generalizedTime, integer, oid, pem, sequence, tagged, utf8 } from "./der.ts";
import type { SecretMaker } from "./secrets.ts";

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
}

export interface Authority extends KeyPair {
  readonly name: readonly (readonly [attribute: Attribute, value: string])[];
}

export interface IssuedCertificate extends KeyPair {
  readonly certificatePem: string;
  readonly expiresAtMs: number;
}

type Attribute = "CN" | "OU" | "O" | "L" | "ST" | "C";

const ATTRIBUTES: { readonly [K in Attribute]: number } = { CN: 3, C: 6, L: 7, ST: 8, O: 10, OU: 11 };
const ED25519 = sequence(oid(0x2b, 0x65, 0x70));
const VERSION_3 = tagged(0xa0, integer(2));

/** As certificates of AWS IoT name their issuer. */
const AMAZON: Authority["name"] = [
  ["OU", "Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US"],
  ["O", "Amazon.com Inc."],
  ["L", "Seattle"],
  ["ST", "Washington"],
  ["C", "US"],
];

export function createAuthority(secrets: SecretMaker): Authority {
  return { ...keyPairOf(secrets.bytes(32)), name: AMAZON };
}

/** Valid from now for so long, in whole seconds. Ed25519, as only its keys and signatures follow from a seed; real ones are RSA. */
export function issueCertificate(
  secrets: SecretMaker,
  authority: Authority,
  commonName: string,
  atMs: number,
  lifetimeMs: number,
): IssuedCertificate {
  const keys = keyPairOf(secrets.privateKey());
  const expiresAtMs = Math.floor((atMs + lifetimeMs) / 1_000) * 1_000;
  const toBeSigned = sequence(
    VERSION_3,
    integer(...secrets.serial()),
    ED25519,
    nameOf(authority.name),
    sequence(generalizedTime(atMs), generalizedTime(expiresAtMs)),
    nameOf([["CN", commonName]]),
    createPublicKey(keys.privateKey).export({ type: "spki", format: "der" }),
  );
  const der = sequence(toBeSigned, ED25519, bitString(sign(null, toBeSigned, authority.privateKey)));
  return { ...keys, certificatePem: pem("CERTIFICATE", der), expiresAtMs };
}

function keyPairOf(seed: Buffer): KeyPair {
  const der = sequence(integer(0), ED25519, tagged(0x04, tagged(0x04, seed)));
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    privateKey,
    privateKeyPem: pem("PRIVATE KEY", der),
    publicKeyPem: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
  };
}

function nameOf(parts: Authority["name"]): Buffer {
  return sequence(
    ...parts.map(([attribute, value]) => tagged(0x31, sequence(oid(0x55, 0x04, ATTRIBUTES[attribute]), utf8(value)))),
  );
}
