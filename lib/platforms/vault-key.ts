import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { vaultKeyPattern } from "../contracts/configuration.ts";
import { ConfigurationError } from "../contracts/errors.ts";
import type { Vault } from "../contracts/ports.ts";
import { Secret } from "../contracts/secret.ts";

/** Keys that can be used and neither printed nor serialized. */
export interface SealingKey {
  /** Seals contents of handoffs. */
  readonly contentKey: KeyObject;
  /** Seals texts that stand in records. */
  readonly textKey: KeyObject;
  /** Tells a wrong key from damage, and nothing about the key. */
  readonly id: Buffer;
}

export interface SealingKeys {
  /** @throws ConfigurationError when there is none: what was sealed was sealed with another one */
  forOpening(): Promise<SealingKey>;
  /** Makes the key when there is none. Of several instances that do so at once all get the same. */
  forSealing(): Promise<SealingKey>;
}

/** Where the key stands, under a prefix of its own: among the secrets of people somebody would list, read or remove it. */
const standardName = "sealing-key";

/**
 * The data key, 32 bytes in base64, once in the vault of a cloud. What is derived from it stays in memory while the instance lives:
 * without that, each seal and each opening would be one more call (10 ms and more, and vaults are paid or bounded by the call).
 * @param vault one with a prefix for keys alone
 */
export function sealingKeys(vault: Pick<Vault, "get" | "create">, name: string = standardName): SealingKeys {
  let known: SealingKey | undefined;

  async function forOpening(): Promise<SealingKey> {
    if (known) return known;
    const key = await vault.get(name);
    if (key) {
      known = derived(key, name);
      return known;
    }
    throw new ConfigurationError(
      `Expected the key ${name} of what was sealed in the vault, got none: restore it, or point the function to the account, vault and prefix that have it`,
      { code: "vault-key-missing" },
    );
  }

  async function forSealing(): Promise<SealingKey> {
    known ??= derived(await vault.create(name, new Secret(randomBytes(32).toString("base64"))), name);
    return known;
  }

  return { forOpening, forSealing };
}

/** @throws ConfigurationError that says where the key stands, and nothing of what stands there */
function derived(key: Secret, name: string): SealingKey {
  const text = key.reveal().trim();
  if (!vaultKeyPattern.test(text)) {
    throw new ConfigurationError(
      `Expected 32 bytes in base64 as the key ${name} in the vault, got something else: restore the version before`,
      { code: "invalid-vault-key" },
    );
  }
  const bytes = Buffer.from(text, "base64");
  const of = (purpose: string, length: number) => Buffer.from(hkdfSync("sha256", bytes, "", purpose, length));
  return {
    contentKey: createSecretKey(of("drover seal 1", 32)),
    textKey: createSecretKey(of("drover seal text 1", 32)),
    id: of("drover key id 1", 8),
  };
}
