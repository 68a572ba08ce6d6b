import { join } from "node:path";
import { InvalidInputError } from "../../contracts/errors.ts";
import type { Vault } from "../../contracts/ports.ts";
import { Secret } from "../../contracts/secret.ts";
import { createPrivateFolder, listFolder, readStart, removeFile, replaceFile } from "./durable-files.ts";
import { type SealedName, seal, sealedOverhead, unseal } from "./sealed-file.ts";
import { type SealedStoreOptions, sealedFolders, sealedSuffix, sealingKeys } from "./sealing-key.ts";

/** As in `vault:name` references: no separators and no leading dot, so a name is always a file of the folder itself. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** UTF-8 bytes of one secret. */
const maxSecretBytes = 64 * 1024;

function fileOf(name: string): string {
  if (!namePattern.test(name)) {
    throw new InvalidInputError("Expected a secret's name of at most 128 letters, digits, . _ -, got another one", {
      code: "invalid-secret-name",
    });
  }
  return `${name}${sealedSuffix}`;
}

function bytesOf(name: string, value: Secret): Buffer {
  const text = value.reveal();
  const bytes = Buffer.from(text);
  if (bytes.length === 0 || bytes.length > maxSecretBytes || !text.isWellFormed()) {
    throw new InvalidInputError(
      `Expected the secret ${name} as 1 to ${maxSecretBytes} bytes of text, got ${bytes.length} bytes or broken text`,
      { code: "invalid-secret" },
    );
  }
  return bytes;
}

/** The vault of one machine: a sealed file for each secret. Nothing is created before the first `put`. */
export function localVault(options: SealedStoreOptions): Vault {
  const folder = join(options.dataFolder, sealedFolders.vault);
  const keys = sealingKeys(options);
  const sealedNameOf = (name: string): SealedName => ({ purpose: "secret", name });

  async function names(): Promise<readonly string[]> {
    const files = (await listFolder(folder)).filter((file) => file.endsWith(sealedSuffix));
    return files.map((file) => file.slice(0, -sealedSuffix.length)).filter((name) => namePattern.test(name));
  }

  /** On a file system that ignores case, the second name would silently replace the first one's secret. */
  async function assertNoTwin(name: string): Promise<void> {
    const twin = (await names()).find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
    if (twin === undefined) return;
    throw new InvalidInputError(
      `Expected a secret's name that differs from ${twin} in more than the case of its letters, got ${name}`,
      { code: "invalid-secret-name" },
    );
  }

  return {
    names,
    async get(name) {
      const file = await readStart(join(folder, fileOf(name)), maxSecretBytes + sealedOverhead);
      if (!file) return undefined;
      return new Secret(unseal(await keys.forOpening(), sealedNameOf(name), file.bytes).toString());
    },
    async put(name, value) {
      const [file, bytes] = [fileOf(name), bytesOf(name, value)];
      await assertNoTwin(name);
      const sealed = seal(await keys.forSealing(), sealedNameOf(name), bytes);
      await createPrivateFolder(folder);
      await replaceFile(folder, file, sealed);
    },
    async remove(name) {
      return removeFile(folder, fileOf(name));
    },
  };
}
