import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { InvalidInputError, PermanentError, UnsupportedVersionError } from "../../contracts/errors.ts";
import type { Sealer } from "../../contracts/sealer.ts";
import { Secret } from "../../contracts/secret.ts";
import { type SealedStoreOptions, sealingKeys } from "./sealing-key.ts";

const version = 1;
const ivLength = 12;
const tagLength = 16;
/** UTF-8 bytes of one text: it has to fit into a record with all else that stands there. */
const maxTextBytes = 16 * 1024;
/** Version, id of the key, and base64url of IV, tag and content: `s1.<key id>.<sealed>`. */
const form = /^s(\d{1,4})\.([\w-]{11})\.([\w-]+)$/;

/** What is authenticated beside the text itself: moved to another purpose, or cut, it no longer opens. */
function authenticated(purpose: string, keyId: Buffer, length: number): Buffer {
  return Buffer.from(JSON.stringify([version, keyId.toString("base64url"), purpose, length]));
}

/** Seals texts for records with the key that seals the vault, derived for this alone. */
export function localSealer(options: SealedStoreOptions): Sealer {
  const keys = sealingKeys(options);
  return {
    async seal(purpose, text) {
      const content = Buffer.from(text.reveal());
      if (content.length > maxTextBytes || !text.reveal().isWellFormed()) {
        throw new InvalidInputError(
          `Expected text of at most ${maxTextBytes} bytes to seal as ${purpose}, got ${content.length} bytes or broken text`,
          { code: "invalid-text-to-seal" },
        );
      }
      const { textKey, id } = await keys.forSealing();
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv("aes-256-gcm", textKey, iv, { authTagLength: tagLength });
      cipher.setAAD(authenticated(purpose, id, content.length));
      const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
      const bytes = Buffer.concat([iv, cipher.getAuthTag(), sealed]);
      return `s${version}.${id.toString("base64url")}.${bytes.toString("base64url")}`;
    },
    async open(purpose, sealed) {
      const { keyId, bytes } = partsOf(purpose, sealed);
      const { textKey, id } = await keys.forOpening();
      if (!id.equals(keyId)) throw otherKey(purpose);
      const content = bytes.subarray(ivLength + tagLength);
      const iv = bytes.subarray(0, ivLength);
      const decipher = createDecipheriv("aes-256-gcm", textKey, iv, { authTagLength: tagLength });
      decipher.setAAD(authenticated(purpose, id, content.length));
      decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
      try {
        return new Secret(Buffer.concat([decipher.update(content), decipher.final()]).toString());
      } catch {
        throw damaged(purpose);
      }
    },
  };
}

function partsOf(purpose: string, sealed: string): { readonly keyId: Buffer; readonly bytes: Buffer } {
  const [, found, keyId = "", text = ""] = form.exec(sealed) ?? [];
  if (found === undefined) throw damaged(purpose);
  if (Number(found) !== version) {
    throw new UnsupportedVersionError(
      `Expected text sealed in version ${version}, got version ${found}: finish the rollout of the newer release`,
      Number(found),
    );
  }
  const parts = { keyId: Buffer.from(keyId, "base64url"), bytes: Buffer.from(text, "base64url") };
  // The decoder takes several spellings of the same bytes: only ours is the text that was sealed.
  const ours = parts.keyId.toString("base64url") === keyId && parts.bytes.toString("base64url") === text;
  if (!ours || parts.bytes.length < ivLength + tagLength) throw damaged(purpose);
  return parts;
}

function otherKey(purpose: string): PermanentError {
  return new PermanentError(
    `Expected text sealed as ${purpose} with the present vault key, got text sealed with another key: restore the former key`,
    { code: "sealed-with-another-key" },
  );
}

function damaged(purpose: string): PermanentError {
  return new PermanentError(
    `Expected text as it was sealed here as ${purpose}, got damaged text or text sealed for another purpose`,
    { code: "sealed-text-damaged" },
  );
}
