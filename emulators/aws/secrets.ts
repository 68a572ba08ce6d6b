import type { Random } from "../random.ts";

/** Makes the bytes of every secret, so that all of them can be made recognisable. */
export interface SecretMaker {
  readonly bytes: (count: number) => Buffer;
  /** The 32 bytes of a private key: its PEM has the prefix at the 25th character. */
  readonly privateKey: () => Buffer;
  /** A positive serial number: the PEM of its certificate has the prefix at the 25th character. */
  readonly serial: () => Buffer;
  /** 18 bytes whose base64 begins with the prefix. */
  readonly mark: () => Buffer;
}

/** How many letters and digits the marks have room for. */
const MAX_PREFIX = 24;

/** With a prefix, what is secret carries it in its base64: a scan of logs, messages and events then finds any of them. */
export function createSecretMaker(random: Random, canaryPrefix: string): SecretMaker {
  if (!/^[A-Za-z0-9]*$/.test(canaryPrefix) || canaryPrefix.length > MAX_PREFIX) {
    throw new Error(`Expected a canary prefix of at most ${MAX_PREFIX} letters and digits, got "${canaryPrefix}"`);
  }
  const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
  // A multiple of three, as base64 has four characters for three bytes.
  const marked = (count: number): Buffer =>
    Buffer.from(canaryPrefix + bytes(count).toString("base64").slice(canaryPrefix.length), "base64");
  return {
    bytes,
    // The frame before the key has 16 bytes: two more begin a new group of three.
    privateKey: () => Buffer.concat([bytes(2), marked(30)]),
    // Three bytes keep the number positive and the groups whole; 18 in all while the prefix fits, as serials have 20 at most.
    serial: () => {
      const [first = 0, ...others] = bytes(3);
      return Buffer.concat([Buffer.from([1 + (first % 127), ...others]), marked(canaryPrefix.length > 20 ? 18 : 15)]);
    },
    mark: () => marked(18),
  };
}
