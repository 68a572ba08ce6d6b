import { deflateRawSync } from "node:zlib";
import { ConfigurationError, InvalidInputError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import { entryIn, entryText, inflatedEntryIn, type StoredEntry, tooLong } from "../vault-entry.ts";

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const maxStoredBytes = 65_536;
/** As in `vault:name` references. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** What goes to Secrets Manager: readable as text where it fits, deflated where it does not. */
export type Packed = { readonly SecretString: string } | { readonly SecretBinary: Uint8Array };

/** @throws InvalidInputError that does not quote it */
export function checkedName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new InvalidInputError("Expected a secret's name of at most 128 letters, digits, . _ -, got another one", {
    code: "invalid-secret-name",
  });
}

/** @throws InvalidInputError for what is empty, too long, or no text */
export function pack(name: string, value: Secret, note?: string): Packed {
  const entry = entryText(name, value, note);
  if (Buffer.byteLength(entry) <= maxStoredBytes) return { SecretString: entry };
  const packed = deflateRawSync(entry);
  if (packed.length <= maxStoredBytes) return { SecretBinary: packed };
  throw tooLong(name, packed.length, maxStoredBytes, "Secrets Manager");
}

/**
 * A text that is no entry of ours is a value that somebody stored by hand, e.g. with `aws secretsmanager create-secret`.
 * @throws ConfigurationError for bytes that are none of ours
 */
export function unpack(
  name: string,
  stored: { readonly SecretString?: string | undefined; readonly SecretBinary?: Uint8Array | undefined },
): StoredEntry {
  const { SecretString: text, SecretBinary: bytes } = stored;
  if (text !== undefined) return entryIn(text) ?? { value: new Secret(text) };
  const entry = bytes === undefined ? undefined : inflatedEntryIn(bytes);
  if (entry) return entry;
  throw new ConfigurationError(
    `Expected the secret ${name} as text or as it was stored here, got other bytes: store it again in Secrets Manager, under the prefix of the vault`,
    { code: "secret-damaged", provider: "secrets-manager" },
  );
}
