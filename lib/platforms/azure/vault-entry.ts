import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as z from "zod/mini";
import { ConfigurationError, InvalidInputError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";

/** UTF-8 bytes of one secret, and of the note beside it: the same on every platform. */
const maxSecretBytes = 64 * 1024;
const maxNoteBytes = 4 * 1024;
/** @see https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
const maxStoredBytes = 25_600;
/** More than any entry, against a bomb. */
const maxInflatedBytes = 8 * (maxSecretBytes + maxNoteBytes);

/** Value and note in one text, so that one write replaces both. */
const entrySchema = z.strictObject({ droverVault: z.literal(1), value: z.string(), note: z.optional(z.string()) });

/** Before what does not fit as it is. */
const deflated = "drover-vault-1:";

export interface StoredEntry {
  readonly value: Secret;
  readonly note?: string;
}

/** @throws InvalidInputError for what is empty, too long, or no text */
export function pack(name: string, value: Secret, note?: string): string {
  const text = value.reveal();
  const bytes = Buffer.byteLength(text);
  if (bytes === 0 || bytes > maxSecretBytes || !text.isWellFormed()) {
    throw new InvalidInputError(
      `Expected the secret ${name} as 1 to ${maxSecretBytes} bytes of text, got ${bytes} bytes or broken text`,
      { code: "invalid-secret" },
    );
  }
  if (note !== undefined) checkNote(name, note);
  const entry = JSON.stringify({ droverVault: 1, value: text, ...(note === undefined ? {} : { note }) });
  if (Buffer.byteLength(entry) <= maxStoredBytes) return entry;
  const packed = `${deflated}${deflateRawSync(entry).toString("base64")}`;
  if (packed.length <= maxStoredBytes) return packed;
  throw new InvalidInputError(
    `Expected the secret ${name} and its note within the ${maxStoredBytes} bytes of Key Vault, got ${packed.length} after compression`,
    { code: "invalid-secret" },
  );
}

function checkNote(name: string, note: string): void {
  const bytes = Buffer.byteLength(note);
  if (bytes > 0 && bytes <= maxNoteBytes && note.isWellFormed()) return;
  throw new InvalidInputError(
    `Expected the note of the secret ${name} as 1 to ${maxNoteBytes} bytes of text, got ${bytes} bytes or broken text`,
    { code: "invalid-secret-note" },
  );
}

/**
 * A text that is no entry of ours is a value that somebody stored by hand, e.g. with `az keyvault secret set`.
 * @throws ConfigurationError for what was packed here and cannot be unpacked
 */
export function unpack(name: string, text: string): StoredEntry {
  if (!text.startsWith(deflated)) return entryIn(text) ?? { value: new Secret(text) };
  const entry = entryIn(inflated(Buffer.from(text.slice(deflated.length), "base64")));
  if (entry) return entry;
  throw new ConfigurationError(
    `Expected the secret ${name} as it was stored here, got a damaged one: store it again with \`drover vault put ${name}\``,
    { code: "secret-damaged", provider: "key-vault" },
  );
}

function entryIn(text: string): StoredEntry | undefined {
  if (!text.startsWith('{"droverVault":')) return undefined;
  let parsed: ReturnType<typeof entrySchema.safeParse>;
  try {
    parsed = entrySchema.safeParse(JSON.parse(text));
  } catch {
    return undefined;
  }
  if (!parsed.success) return undefined;
  const { value, note } = parsed.data;
  return { value: new Secret(value), ...(note === undefined ? {} : { note }) };
}

function inflated(bytes: Uint8Array): string {
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxInflatedBytes }).toString();
  } catch {
    return "";
  }
}
