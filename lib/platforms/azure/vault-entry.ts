import { deflateRawSync } from "node:zlib";
import { ConfigurationError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import { entryIn, entryText, inflatedEntryIn, type StoredEntry, tooLong } from "../vault-entry.ts";

/** @see https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
const maxStoredBytes = 25_600;
/** Before what does not fit as it is. */
const deflated = "drover-vault-1:";

/** @throws InvalidInputError for what is empty, too long, or no text */
export function pack(name: string, value: Secret, note?: string): string {
  const entry = entryText(name, value, note);
  if (Buffer.byteLength(entry) <= maxStoredBytes) return entry;
  const packed = `${deflated}${deflateRawSync(entry).toString("base64")}`;
  if (packed.length <= maxStoredBytes) return packed;
  throw tooLong(name, packed.length, maxStoredBytes, "Key Vault");
}

/**
 * A text that is no entry of ours is a value that somebody stored by hand, e.g. with `az keyvault secret set`.
 * @throws ConfigurationError for what was packed here and cannot be unpacked
 */
export function unpack(name: string, text: string): StoredEntry {
  if (!text.startsWith(deflated)) return entryIn(text) ?? { value: new Secret(text) };
  const entry = inflatedEntryIn(Buffer.from(text.slice(deflated.length), "base64"));
  if (entry) return entry;
  throw new ConfigurationError(
    `Expected the secret ${name} as it was stored here, got a damaged one: store it again with \`drover vault put ${name}\``,
    { code: "secret-damaged", provider: "key-vault" },
  );
}
