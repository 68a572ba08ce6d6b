import { type Answer, json } from "../exchange/answer.ts";
import type { SecretVersion, Vault, VaultSecret, VaultSettings } from "./world.ts";

const DAY_MS = 86_400_000;
const RECOVERY_LEVEL = "Recoverable+Purgeable";

/** The vault's error, with the finer code inside. */
export function vaultError(
  status: number,
  code: string,
  message: string,
  inner?: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(
    status,
    { error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } },
    headers,
  );
}

export function secretNotFound(name: string): Answer {
  const text = `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`;
  return vaultError(404, "SecretNotFound", text);
}

export function isDeleted(name: string): Answer {
  const text = `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`;
  return vaultError(409, "Conflict", text, "ObjectIsDeletedButRecoverable");
}

/** A version with its value, or as lists show it. */
export function showVersion(
  vault: Vault,
  secret: VaultSecret,
  version: SecretVersion,
  settings: VaultSettings,
  withValue: boolean,
) {
  const { value, contentType, tags, enabled, createdAtMs, updatedAtMs } = version;
  return {
    ...(withValue ? { value } : {}),
    ...(contentType === null ? {} : { contentType }),
    id: secretId(vault, "secrets", secret, version.version),
    attributes: {
      enabled,
      // Whole seconds: two versions may look equally old.
      created: Math.floor(createdAtMs / 1_000),
      updated: Math.floor(updatedAtMs / 1_000),
      recoveryLevel: RECOVERY_LEVEL,
      recoverableDays: settings.retentionDays,
    },
    tags,
  };
}

export function showDeleted(vault: Vault, secret: VaultSecret, settings: VaultSettings): object {
  const current = secret.versions.at(-1);
  const deletedAtMs = secret.deletedAtMs ?? 0;
  return {
    recoveryId: secretId(vault, "deletedsecrets", secret),
    deletedDate: Math.floor(deletedAtMs / 1_000),
    scheduledPurgeDate: Math.floor((deletedAtMs + settings.retentionDays * DAY_MS) / 1_000),
    ...(current === undefined ? {} : showVersion(vault, secret, current, settings, false)),
  };
}

export function secretId(
  vault: Vault,
  collection: "secrets" | "deletedsecrets",
  { name }: VaultSecret,
  version?: string,
): string {
  const end = version === undefined ? "" : `/${version}`;
  return `https://${vault.name}.vault.azure.net/${collection}/${name}${end}`;
}
