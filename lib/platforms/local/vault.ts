import { join } from "node:path";
import { InvalidInputError } from "../../contracts/errors.ts";
import { sha256Hex } from "../../contracts/identifiers.ts";
import type { Vault, VaultEntry, Version } from "../../contracts/ports.ts";
import { Secret } from "../../contracts/secret.ts";
import {
  createFile,
  createPrivateFolder,
  listFolder,
  readStart,
  removeFile,
  replaceFile,
  syncFolder,
} from "./durable-files.ts";
import { headerOf, type SealedName, seal, unseal } from "./sealed-file.ts";
import { type SealedStoreOptions, sealedFolders, sealedSuffix, sealingKeys } from "./sealing-key.ts";
import { bytesOf, maxEntryBytes, splitNote, withNote } from "./vault-entry.ts";

/** As in `vault:name` references: no separators and no leading dot, so a name is always a file of the folder itself. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

function fileOf(name: string): string {
  if (!namePattern.test(name)) {
    throw new InvalidInputError("Expected a secret's name of at most 128 letters, digits, . _ -, got another one", {
      code: "invalid-secret-name",
    });
  }
  return `${name}${sealedSuffix}`;
}

const sealedNameOf = (name: string): SealedName => ({ purpose: "secret", name });

/** Each write has an initialisation vector of its own, so that its bytes tell it from every other one and nothing of the value. */
const versionOf = (sealed: Uint8Array): Version => sha256Hex(sealed).slice(0, 32);

/** The vault of one machine: a sealed file for each secret. Nothing is created before the first `put`. */
export function localVault(options: SealedStoreOptions): Vault {
  const folder = join(options.dataFolder, sealedFolders.vault);
  const keys = sealingKeys(options);

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

  async function look(name: string): Promise<VaultEntry | undefined> {
    const file = await readStart(join(folder, fileOf(name)), maxEntryBytes);
    if (!file) return undefined;
    const content = unseal(await keys.forOpening(), sealedNameOf(name), file.bytes);
    const about = { storedAt: file.writtenAt, version: versionOf(file.bytes) };
    if (headerOf(file.bytes)?.form !== "noted") return { value: new Secret(content.toString()), ...about };
    const { note, value } = splitNote(content);
    return { value: new Secret(value.toString()), note, ...about };
  }

  /** Whoever stored it may have been stopped before its name was safe, and the caller is about to build on what it sees. */
  async function describe(name: string): Promise<VaultEntry | undefined> {
    const entry = await look(name);
    if (entry) await syncFolder(folder);
    return entry;
  }

  /** Everything that can refuse the secret comes before the folder is touched. */
  async function sealed(name: string, value: Secret, note?: string): Promise<Buffer> {
    const bytes = bytesOf(name, value);
    const content = note === undefined ? bytes : withNote(name, note, bytes);
    await assertNoTwin(name);
    const form = note === undefined ? "plain" : "noted";
    return seal(await keys.forSealing(), sealedNameOf(name), content, 0, form);
  }

  return {
    names,
    describe,
    get: async (name) => (await look(name))?.value,
    async put(name, value, note) {
      const file = fileOf(name);
      const bytes = await sealed(name, value, note);
      await createPrivateFolder(folder);
      await replaceFile(folder, file, bytes);
      return versionOf(bytes);
    },
    async create(name, value) {
      const file = fileOf(name);
      const bytes = await sealed(name, value);
      await createPrivateFolder(folder);
      for (;;) {
        const standing = await describe(name);
        if (standing) return standing.value;
        if (await createFile(folder, file, bytes)) return value;
        // Somebody was faster: theirs is read, unless it is gone again by then.
      }
    },
    async remove(name) {
      return removeFile(folder, fileOf(name));
    },
  };
}
