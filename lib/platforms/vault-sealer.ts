import { InvalidInputError, PermanentError, UnsupportedVersionError } from "../contracts/errors.ts";
import type { Sealer } from "../contracts/sealer.ts";
import { Secret } from "../contracts/secret.ts";
import { opened, sealed } from "./sealed.ts";
import type { SealingKeys } from "./vault-key.ts";

const version = 1;
/** UTF-8 bytes of one text: it has to fit into a record with all else that stands there. */
const maxTextBytes = 16 * 1024;
const overhead = 28;
/** Version, id of the key, and base64url of IV, tag and content: `s1.<key id>.<sealed>`, the same on every platform. */
const form = /^s(\d{1,4})\.([\w-]{11})\.([\w-]+)$/;

/** What is authenticated beside the text itself: moved to another purpose, or cut, it no longer opens. */
const aboutOf = (purpose: string, keyId: string, length: number) => JSON.stringify([version, keyId, purpose, length]);

/** Seals texts for records with the data key in the vault of a cloud. */
export function vaultSealer(keys: SealingKeys): Sealer {
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
      const keyId = id.toString("base64url");
      const bytes = sealed(textKey, aboutOf(purpose, keyId, content.length), content);
      return `s${version}.${keyId}.${bytes.toString("base64url")}`;
    },
    async open(purpose, text) {
      const { keyId, bytes } = partsOf(purpose, text);
      const { textKey, id } = await keys.forOpening();
      if (id.toString("base64url") !== keyId) throw otherKey(purpose);
      const content = opened(textKey, aboutOf(purpose, keyId, bytes.length - overhead), bytes);
      if (!content) throw damaged(purpose);
      return new Secret(content.toString());
    },
  };
}

function partsOf(purpose: string, text: string): { readonly keyId: string; readonly bytes: Buffer } {
  const [, found, keyId = "", encoded = ""] = form.exec(text) ?? [];
  if (found === undefined) throw damaged(purpose);
  if (Number(found) !== version) {
    throw new UnsupportedVersionError(
      `Expected text sealed in version ${version}, got version ${found}: finish the rollout of the newer release`,
      Number(found),
    );
  }
  const bytes = Buffer.from(encoded, "base64url");
  // The decoder takes several spellings of the same bytes: only ours is the text that was sealed.
  if (bytes.toString("base64url") !== encoded) throw damaged(purpose);
  return { keyId, bytes };
}

function otherKey(purpose: string): PermanentError {
  return new PermanentError(
    `Expected text sealed as ${purpose} with the present key, got text sealed with another key: restore the former key`,
    { code: "sealed-with-another-key" },
  );
}

function damaged(purpose: string): PermanentError {
  return new PermanentError(
    `Expected text as it was sealed here as ${purpose}, got damaged text or text sealed for another purpose`,
    { code: "sealed-text-damaged" },
  );
}
