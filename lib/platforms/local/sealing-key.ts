import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { join } from "node:path";
import { vaultKeyPattern } from "../../contracts/configuration.ts";
import { ConfigurationError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import { createFile, createFolder, listFolder, readStart } from "./durable-files.ts";

/** A key that can be used and neither printed nor serialized. */
export interface SealingKey {
  readonly cipherKey: KeyObject;
  /** Seals texts (sealer.ts) and no files. */
  readonly textKey: KeyObject;
  /** Tells a wrong key from a damaged file, and nothing about the key. */
  readonly id: Buffer;
}

export interface SealedStoreOptions {
  /** Absolute. */
  readonly dataFolder: string;
  /** 32 bytes in base64. A key file in the data folder, made on first use, when absent. */
  readonly key?: Secret;
}

export interface SealingKeys {
  /** For opening. @throws ConfigurationError when there is none */
  forOpening(): Promise<SealingKey>;
  /** For sealing: makes the key file when nothing was sealed before. */
  forSealing(): Promise<SealingKey>;
}

export const keyFileName = "vault.key";
/** Folders of sealed files, inside the data folder. */
export const sealedFolders = { vault: "vault", handoff: "handoff" } as const;
export const sealedSuffix = ".sealed";

/** @throws ConfigurationError that says where the key was expected, and nothing of what stands there */
export function sealingKeyOf(key: Secret, where: string): SealingKey {
  const text = key.reveal().trim();
  if (!vaultKeyPattern.test(text)) {
    throw new ConfigurationError(
      `Expected 32 bytes in base64 ${where}, got something else: make a key with \`openssl rand -base64 32\``,
      { code: "invalid-vault-key" },
    );
  }
  const bytes = Buffer.from(text, "base64");
  const derived = (purpose: string, length: number) => Buffer.from(hkdfSync("sha256", bytes, "", purpose, length));
  return {
    cipherKey: createSecretKey(derived("drover seal 1", 32)),
    textKey: createSecretKey(derived("drover seal text 1", 32)),
    id: derived("drover key id 1", 8),
  };
}

export function sealingKeys(options: SealedStoreOptions): SealingKeys {
  const path = join(options.dataFolder, keyFileName);
  let known = options.key && sealingKeyOf(options.key, "as the vault key");

  async function forOpening(): Promise<SealingKey> {
    known ??= await readKeyFile(path);
    if (known) return known;
    throw new ConfigurationError(
      `Expected the vault's key in ${path}, got no such file: restore it, or name the key in platform.vaultKey`,
      { code: "vault-key-missing" },
    );
  }

  async function forSealing(): Promise<SealingKey> {
    known ??= await readKeyFile(path);
    if (known) return known;
    // A new key beside files of a lost one would look like a working vault and be a broken one.
    if (!(await isAnythingSealed(options.dataFolder))) {
      await createFolder(options.dataFolder);
      await createFile(options.dataFolder, keyFileName, Buffer.from(`${randomBytes(32).toString("base64")}\n`));
    }
    return forOpening();
  }

  return { forOpening, forSealing };
}

async function isAnythingSealed(dataFolder: string): Promise<boolean> {
  for (const folder of Object.values(sealedFolders)) {
    if ((await listFolder(join(dataFolder, folder))).some((name) => name.endsWith(sealedSuffix))) return true;
  }
  return false;
}

async function readKeyFile(path: string): Promise<SealingKey | undefined> {
  const file = await readStart(path, 1024);
  if (!file) return undefined;
  if (file.open) {
    throw new ConfigurationError(
      `Expected the key file ${path} to be readable by its owner alone, got one that others can open: run chmod 600, and make a new key if it was copied`,
      { code: "vault-key-permissions" },
    );
  }
  return sealingKeyOf(new Secret(file.bytes.toString("latin1")), `in ${path}`);
}
