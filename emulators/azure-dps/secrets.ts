import type { Random } from "../random.ts";

/** Makes every secret of the emulator, so that all of them can be made recognisable. */
export interface SecretMaker {
  readonly prefix: string;
  /** 32 bytes in base64: 44 characters. */
  readonly key: () => string;
  /** So many upper-case hexadecimal characters. */
  readonly hex: (characters: number) => string;
  /** So many bytes in base64url. */
  readonly opaque: (bytes: number) => string;
}

/**
 * With a prefix, keys and opaque texts begin with it: a scan of logs, messages and events then finds any of them. It must be made of
 * letters and digits, as a key has to stay base64.
 */
export function createSecretMaker(random: Random, canaryPrefix: string): SecretMaker {
  if (!/^[A-Za-z0-9]{0,24}$/.test(canaryPrefix)) {
    throw new Error(`Expected a canary prefix of at most 24 letters and digits, got "${canaryPrefix}"`);
  }
  const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
  return {
    prefix: canaryPrefix,
    key: () => canaryPrefix + bytes(32).toString("base64").slice(canaryPrefix.length),
    hex: (characters) =>
      bytes(characters / 2)
        .toString("hex")
        .toUpperCase(),
    opaque: (count) => canaryPrefix + bytes(count).toString("base64url").slice(canaryPrefix.length),
  };
}

/** Whether the text is base64 of a key of sensible length. */
export function isKey(text: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return false;
  const { length } = Buffer.from(text, "base64");
  return length >= 16 && length <= 64;
}
